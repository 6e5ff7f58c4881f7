//! Binary trees that are built from left to right.

use crate::node::{self, Node, NODE_BYTES, PAIR_BYTES};
use crate::Kernel;
use std::convert::Infallible;
use std::sync::OnceLock;

/// Levels that a tree may have: enough for any length that a 64-bit number holds.
pub(crate) const LEVELS: usize = 60;

/// The node at a level of a tree over zeroes; leaves are level 0.
///
/// # Panics
/// When `level` is 60 or more.
pub fn zero_node(level: usize) -> &'static Node {
    static NODES: OnceLock<[Node; LEVELS]> = OnceLock::new();
    let nodes = NODES.get_or_init(|| {
        let mut nodes = [[0; NODE_BYTES]; LEVELS];
        for level in 1..LEVELS {
            let mut pair = [0; PAIR_BYTES];
            pair[..NODE_BYTES].copy_from_slice(&nodes[level - 1]);
            pair[NODE_BYTES..].copy_from_slice(&nodes[level - 1]);
            node::hash_pairs(&pair, &mut nodes[level]);
        }
        nodes
    });
    &nodes[level]
}

/// Replaces `nodes` by the nodes `levels` above them, and answers these. `spare` is half as long.
pub(crate) fn reduce<'a>(kernel: Kernel, nodes: &'a mut [u8], spare: &'a mut [u8], levels: usize) -> &'a [u8] {
    match reduce_each(kernel, nodes, spare, levels, |_, _| Ok::<(), Infallible>(())) {
        Ok(nodes) => nodes,
        Err(never) => match never {},
    }
}

/// The same, with each level on the way shown, the first above `nodes` as number 1.
pub(crate) fn reduce_each<'a, E>(
    kernel: Kernel,
    nodes: &'a mut [u8],
    spare: &'a mut [u8],
    levels: usize,
    mut each: impl FnMut(usize, &[u8]) -> Result<(), E>,
) -> Result<&'a [u8], E> {
    let (mut from, mut to) = (nodes, spare);
    let mut length = from.len();
    for level in 1..=levels {
        kernel.hash(&from[..length], &mut to[..length / 2]);
        length /= 2;
        each(level, &to[..length])?;
        std::mem::swap(&mut from, &mut to);
    }
    Ok(&from[..length])
}

/// The right-hand edge of a tree: at most one finished node waits at each level for its right sibling.
pub(crate) struct Frontier {
    kernel: Kernel,
    waiting: [Option<Node>; LEVELS],
}

impl Frontier {
    pub fn new(kernel: Kernel) -> Self {
        Frontier { kernel, waiting: [None; LEVELS] }
    }

    /// Appends a node; whatever was appended before must fill a multiple of the node's width.
    pub fn append(&mut self, level: usize, node: &[u8]) {
        let mut carry = [0; NODE_BYTES];
        carry.copy_from_slice(node);
        let mut at = level;
        while let Some(left) = self.waiting[at].take() {
            carry = self.join(&left, &carry);
            at += 1;
        }
        self.waiting[at] = Some(carry);
    }

    /// The root at `height`, the rest of the tree taken as zeroes.
    pub fn root(mut self, height: usize) -> Node {
        let mut carry: Option<Node> = None;
        for level in 0..height {
            let zero = zero_node(level);
            carry = match (self.waiting[level].take(), carry) {
                (Some(left), right) => Some(self.join(&left, right.as_ref().unwrap_or(zero))),
                (None, Some(left)) => Some(self.join(&left, zero)),
                (None, None) => None,
            };
        }
        carry.or(self.waiting[height]).unwrap_or(*zero_node(height))
    }

    fn join(&self, left: &Node, right: &Node) -> Node {
        let mut pair = [0; PAIR_BYTES];
        pair[..NODE_BYTES].copy_from_slice(left);
        pair[NODE_BYTES..].copy_from_slice(right);
        let mut node = [0; NODE_BYTES];
        self.kernel.hash(&pair, &mut node);
        node
    }
}

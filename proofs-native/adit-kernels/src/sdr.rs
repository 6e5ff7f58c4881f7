//! Labels of stacked DRGs (Filecoin spec, "SDR"): what pre-commit phase 1 computes, one layer after the other.
//!
//! A label is SHA-256 of the replica's identity, the layer, the node and the labels of its parents: 6 of the same layer,
//! (which of these is the node just before, depends on the graph's version) and from the second layer on 8 of the layer
//! before, repeated until there are 37. These are 20 blocks of SHA-256, of
//! which the 18 that hold two parents each have 7 distinct contents (3 in the first layer). So a kernel computes 9 message
//! schedules (5 in the first layer) and uses them 20 times.
//!
//! Sectors of one proof type have the same parents. A [`Layer`] holds one or several sectors side by side, node by node,
//! so that a look at a parent serves all of them.

use crate::node::{self, Node, INITIAL, LAST_BYTE, NODE_BYTES, PAIR_BYTES};
use crate::{Kernel, KernelError};
use sha2::compress256;
use sha2::digest::generic_array::GenericArray;
use std::error::Error;
use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Parents of a node: first those of the same layer, among them the node before, then those of the layer before.
pub const DEGREE: usize = 14;
/// How many of them are of the same layer.
pub const BASE_DEGREE: usize = 6;
/// Sectors that a layer may hold.
pub const MAX_SECTORS: usize = 16;

/// Parents of one node.
pub type NodeParents = [u32; DEGREE];
/// What a source of parents fails with.
pub type ParentError = Box<dyn Error + Send + Sync>;
/// Writes the parents of consecutive nodes, beginning with the given one.
pub type ParentSource<'a> = dyn FnMut(u32, &mut [NodeParents]) -> Result<(), ParentError> + 'a;

/// Words of SHA-256 in a label.
#[cfg(target_arch = "x86_64")]
pub(crate) const WORDS: usize = NODE_BYTES / 4;
/// Blocks that hold two parents each.
pub(crate) const PAIRED_BLOCKS: usize = 18;
/// Distinct ones among them, at most.
#[cfg(target_arch = "x86_64")]
pub(crate) const MAX_PAIRS: usize = DEGREE / 2;
/// Length of what is hashed, in bits: 39 times 32 bytes.
pub(crate) const MESSAGE_BITS: u32 = 39 * 256;
/// Nodes whose parents are asked for at a time.
const PORTION: usize = 4096;
/// Vectors of memory begin at a multiple of this, a cache line.
const ALIGNMENT: usize = 64;

/// Why there are no labels.
#[derive(Debug)]
pub enum LabelError {
    /// A node has a parent that does not come before it, or that there is not.
    BadParent { node: u32, parent: u32 },
    /// The source of parents failed.
    Parents(ParentError),
    /// This much memory could not be had.
    NoMemory { bytes: u64 },
    /// So many nodes or sectors cannot be labelled.
    BadSize { nodes: u64, sectors: usize },
}

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LabelError::BadParent { node, parent } => write!(f, "node {node} cannot have node {parent} as a parent"),
            LabelError::Parents(error) => write!(f, "the parents could not be read: {error}"),
            LabelError::NoMemory { bytes } => write!(f, "a layer needs {bytes} bytes of memory, which are not there"),
            LabelError::BadSize { nodes, sectors } => {
                write!(f, "{sectors} sectors of {nodes} nodes: from 1 to {MAX_SECTORS} sectors, 2 nodes and more")
            }
        }
    }
}

impl Error for LabelError {}

/// The kernels that compute labels, those that this CPU can run, slowest kind first. [`Kernel::Scalar`] is the hash of
/// another crate here.
pub fn kernels() -> Vec<Kernel> {
    [Kernel::Scalar, Kernel::ShaNi, Kernel::Avx512]
        .into_iter()
        .filter(|kernel| kernel.is_supported())
        .filter(|kernel| {
            let right = is_right(*kernel);
            if !right {
                log::warn!("{} labels a known graph wrongly: the CPU or the build is faulty", kernel.name());
            }
            right
        })
        .collect()
}

/// From so many sectors on [`Kernel::Avx512`] is thought of, which takes the memory of 16 for any number.
const MANY: usize = 4;

/// The one for so many sectors at a time: that which [`crate::ENVIRONMENT_VARIABLE`] names, where that can be had for so
/// many; for few [`Kernel::ShaNi`], where it can be had; else the fastest in a trial of some tenths of a millisecond. An
/// error where not even [`Kernel::Scalar`] labels a known graph rightly.
pub fn best(sectors: usize) -> Result<Kernel, KernelError> {
    static BEST: [OnceLock<Result<Kernel, KernelError>>; MAX_SECTORS] = [const { OnceLock::new() }; MAX_SECTORS];
    let best = BEST[sectors.clamp(1, MAX_SECTORS) - 1].get_or_init(|| {
        let named = std::env::var(crate::ENVIRONMENT_VARIABLE).unwrap_or_default();
        choose(kernels(), named.trim(), sectors)
    });
    best.clone()
}

fn choose(mut kernels: Vec<Kernel>, named: &str, sectors: usize) -> Result<Kernel, KernelError> {
    if !kernels.contains(&Kernel::Scalar) {
        // What the others are compared with is wrong: nothing is to be believed here.
        return Err(KernelError::Broken(Kernel::Scalar));
    }
    kernels.retain(|kernel| sectors >= MANY || *kernel != Kernel::Avx512);
    if let Some(named) = kernels.iter().find(|kernel| kernel.name() == named) {
        return Ok(*named);
    }
    // A trial that the machine's other work disturbs would choose for the process's whole life.
    if sectors < MANY && kernels.contains(&Kernel::ShaNi) {
        return Ok(Kernel::ShaNi);
    }
    Ok(kernels.into_iter().min_by_key(|kernel| trial(*kernel, sectors)).unwrap_or(Kernel::Scalar))
}

/// The labels of one layer of one or several sectors.
pub struct Layer {
    bytes: Vec<u8>,
    start: usize,
    nodes: usize,
    sectors: usize,
    form: Form,
}

/// How the labels lie in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// For each node the label of each sector, as it is in files.
    Plain,
    /// For each node each of the 8 words, for each of 16 sectors, in the byte order of this machine.
    Lanes,
}

impl Form {
    fn of(kernel: Kernel) -> Self {
        if kernel == Kernel::Avx512 {
            Form::Lanes
        } else {
            Form::Plain
        }
    }

    fn stride(self, sectors: usize) -> usize {
        match self {
            Form::Plain => sectors * NODE_BYTES,
            Form::Lanes => MAX_SECTORS * NODE_BYTES,
        }
    }
}

impl Layer {
    /// Bytes of memory for the layer: those of the sectors, or of 16 sectors with [`Kernel::Avx512`].
    pub fn memory(kernel: Kernel, nodes: u64, sectors: usize) -> u64 {
        nodes.saturating_mul(Form::of(kernel).stride(sectors) as u64).saturating_add(ALIGNMENT as u64)
    }

    /// Room for the labels of `sectors` sectors of `nodes` nodes each, in the form that the kernel works with.
    pub fn new(kernel: Kernel, nodes: u64, sectors: usize) -> Result<Self, LabelError> {
        if !(1..=MAX_SECTORS).contains(&sectors) || !(2..=u64::from(u32::MAX)).contains(&nodes) {
            return Err(LabelError::BadSize { nodes, sectors });
        }
        let needed = Self::memory(kernel, nodes, sectors);
        let length = usize::try_from(needed).map_err(|_| LabelError::NoMemory { bytes: needed })?;
        let mut bytes = zeroed(length).ok_or(LabelError::NoMemory { bytes: needed })?;
        ask_for_large_pages(&mut bytes);
        let start = bytes.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Ok(Layer { bytes, start, nodes: nodes as usize, sectors, form: Form::of(kernel) })
    }

    /// How many sectors it holds.
    pub fn sectors(&self) -> usize {
        self.sectors
    }

    /// How many nodes each of them has.
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// The labels as they are in a file, where the layer holds one sector in that form.
    pub fn plain(&self) -> Option<&[u8]> {
        (self.form == Form::Plain && self.sectors == 1).then(|| self.data())
    }

    /// Copies the labels of consecutive nodes, beginning with `first`, of each sector to its own buffer.
    ///
    /// # Panics
    /// When the buffers are not one a sector and of one length, a number of labels that are there.
    pub fn read(&self, first: usize, into: &mut [Vec<u8>]) {
        let count = self.check(first, into);
        let stride = self.stride();
        for (n, node) in self.data()[first * stride..][..count * stride].chunks_exact(stride).enumerate() {
            for (sector, bytes) in into.iter_mut().enumerate() {
                let label = &mut bytes[n * NODE_BYTES..][..NODE_BYTES];
                match self.form {
                    Form::Plain => label.copy_from_slice(&node[sector * NODE_BYTES..][..NODE_BYTES]),
                    Form::Lanes => lane(node, sector, label),
                }
            }
        }
    }

    /// The other way round: puts labels in.
    ///
    /// # Panics
    /// As [`Layer::read`].
    pub fn write(&mut self, first: usize, from: &[Vec<u8>]) {
        let count = self.check(first, from);
        let (stride, form) = (self.stride(), self.form);
        let nodes = &mut self.data_mut()[first * stride..][..count * stride];
        for (n, node) in nodes.chunks_exact_mut(stride).enumerate() {
            for (sector, bytes) in from.iter().enumerate() {
                let label = &bytes[n * NODE_BYTES..][..NODE_BYTES];
                match form {
                    Form::Plain => node[sector * NODE_BYTES..][..NODE_BYTES].copy_from_slice(label),
                    Form::Lanes => set_lane(node, sector, label),
                }
            }
        }
    }

    fn check(&self, first: usize, buffers: &[Vec<u8>]) -> usize {
        let length = buffers.first().map_or(0, Vec::len);
        assert!(
            buffers.len() == self.sectors && buffers.iter().all(|bytes| bytes.len() == length),
            "one buffer a sector, all of one length"
        );
        let count = length / NODE_BYTES;
        assert!(length.is_multiple_of(NODE_BYTES) && first + count <= self.nodes, "labels that there are not");
        count
    }

    fn stride(&self) -> usize {
        self.form.stride(self.sectors)
    }

    fn data(&self) -> &[u8] {
        &self.bytes[self.start..][..self.nodes * self.stride()]
    }

    fn data_mut(&mut self) -> &mut [u8] {
        let length = self.nodes * self.stride();
        &mut self.bytes[self.start..][..length]
    }
}

/// Memory of zeroes that takes none before it is written to, or nothing where there is none: a layer may take all there is.
fn zeroed(length: usize) -> Option<Vec<u8>> {
    Vec::<u8>::new().try_reserve_exact(length).ok()?;
    Some(vec![0; length])
}

/// Parents lie anywhere in a layer: with pages of 4 KiB nearly each look at one needs a look at the page table, which does
/// not fit the caches either. Systems that give large pages to whoever asks are asked; refusing is no error.
#[cfg(target_os = "linux")]
fn ask_for_large_pages(bytes: &mut [u8]) {
    const PAGE: usize = 1 << 12;
    const LARGE_PAGE: usize = 1 << 21;
    let start = bytes.as_ptr().align_offset(PAGE);
    if bytes.len() > 2 * LARGE_PAGE && start < PAGE {
        let inside = &mut bytes[start..];
        // SAFETY: the range lies within one allocation, and this advice changes no byte of it.
        let _ = unsafe { libc::madvise(inside.as_mut_ptr().cast(), inside.len(), libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_for_large_pages(_: &mut [u8]) {}

/// Takes one sector's label out of a node of lanes.
fn lane(node: &[u8], sector: usize, label: &mut [u8]) {
    for (word, lanes) in label.chunks_exact_mut(4).zip(node.chunks_exact(4 * MAX_SECTORS)) {
        word.copy_from_slice(&lanes[4 * sector..][..4]);
        word.reverse();
    }
}

/// Puts one sector's label into a node of lanes, which hold words in the byte order of x86-64.
fn set_lane(node: &mut [u8], sector: usize, label: &[u8]) {
    for (word, lanes) in label.chunks_exact(4).zip(node.chunks_exact_mut(4 * MAX_SECTORS)) {
        let there = &mut lanes[4 * sector..][..4];
        there.copy_from_slice(word);
        there.reverse();
    }
}

/// Labels layer number `layer`, counted from 1, of the sectors with these replica identities. `previous` is the layer
/// before, none for the first; both have the form of this kernel ([`Layer::new`]).
///
/// # Panics
/// When the layers do not fit each other, the kernel or the identities, or `previous` does not fit the number.
pub fn label(
    kernel: Kernel,
    layer: u32,
    replica_ids: &[Node],
    parents: &mut ParentSource<'_>,
    previous: Option<&Layer>,
    into: &mut Layer,
) -> Result<(), LabelError> {
    assert!(kernel.is_supported(), "this CPU cannot run {}", kernel.name());
    assert!(layer >= 1 && (layer == 1) == previous.is_none(), "the first layer alone has none before it");
    let form = Form::of(kernel);
    assert!(into.form == form && into.sectors == replica_ids.len(), "a layer of another kernel or of other sectors");
    assert!(
        previous
            .is_none_or(|before| before.form == form && before.sectors == into.sectors && before.nodes == into.nodes),
        "layers of different shapes"
    );
    let nodes = into.nodes;
    let work = Work { kernel, layer, replica_ids, previous: previous.map(Layer::data), form, nodes };
    let mut portion = vec![[0; DEGREE]; PORTION.min(nodes)];
    let mut first = 0;
    while first < nodes {
        let portion = &mut portion[..PORTION.min(nodes - first)];
        parents(first as u32, portion).map_err(LabelError::Parents)?;
        work.check(first, portion)?;
        work.label(first, portion, into.data_mut());
        first += portion.len();
    }
    Ok(())
}

/// One layer that is being labelled.
pub(crate) struct Work<'a> {
    kernel: Kernel,
    layer: u32,
    replica_ids: &'a [Node],
    previous: Option<&'a [u8]>,
    form: Form,
    nodes: usize,
}

impl Work<'_> {
    /// How many of a node's parents count.
    fn degree(&self) -> usize {
        if self.previous.is_some() {
            DEGREE
        } else {
            BASE_DEGREE
        }
    }

    fn check(&self, first: usize, portion: &[NodeParents]) -> Result<(), LabelError> {
        for (node, parents) in (first..).zip(portion) {
            let (base, expanded) = parents.split_at(BASE_DEGREE);
            // Node 0 has none; what stands there is not read.
            let bad = base.iter().find(|parent| node > 0 && **parent as usize >= node);
            let bad = bad.or(expanded.iter().find(|parent| **parent as usize >= self.nodes));
            if let Some(parent) = bad {
                return Err(LabelError::BadParent { node: node as u32, parent: *parent });
            }
        }
        Ok(())
    }

    fn label(&self, first: usize, portion: &[NodeParents], data: &mut [u8]) {
        let (first, portion) = if first == 0 {
            self.label_first(data);
            (1, &portion[1..])
        } else {
            (first, portion)
        };
        match self.kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::ShaNi => {
                let blocks: Vec<_> = self.replica_ids.iter().map(|id| header(id, self.layer)).collect();
                // SAFETY: `label` has looked whether the CPU has the instructions.
                unsafe { crate::x86::labels::sha_ni(&blocks, first, portion, self.degree(), self.previous, data) }
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => {
                let mut blocks = [[0; PAIR_BYTES]; MAX_SECTORS];
                for (block, id) in blocks.iter_mut().zip(self.replica_ids) {
                    *block = header(id, self.layer);
                }
                // SAFETY: as above.
                unsafe { crate::x86::labels::avx512(&blocks, first, portion, self.degree(), self.previous, data) }
            }
            _ => self.plainly(first, portion, data),
        }
    }

    /// Node 0 has no parents: the first block and nothing more.
    fn label_first(&self, data: &mut [u8]) {
        let stride = self.form.stride(self.replica_ids.len());
        for (sector, id) in self.replica_ids.iter().enumerate() {
            let mut label = [0; NODE_BYTES];
            node::hash_pairs(&header(id, self.layer), &mut label);
            match self.form {
                Form::Plain => data[sector * NODE_BYTES..][..NODE_BYTES].copy_from_slice(&label),
                Form::Lanes => set_lane(&mut data[..stride], sector, &label),
            }
        }
    }

    /// With the hash of another crate, which has ways of its own for several CPUs.
    fn plainly(&self, first: usize, portion: &[NodeParents], data: &mut [u8]) {
        let stride = self.form.stride(self.replica_ids.len());
        let degree = self.degree();
        for (node, parents) in (first..).zip(portion) {
            let (done, rest) = data.split_at_mut(node * stride);
            for (sector, id) in self.replica_ids.iter().enumerate() {
                let parent = |n: usize| {
                    let from = if n < BASE_DEGREE { &*done } else { self.previous.unwrap_or_default() };
                    &from[parents[n] as usize * stride + sector * NODE_BYTES..][..NODE_BYTES]
                };
                let mut block = header(id, self.layer);
                block[36..44].copy_from_slice(&(node as u64).to_be_bytes());
                let mut message = [GenericArray::from(block); PAIRED_BLOCKS + 2];
                for (n, half) in
                    message[1..].iter_mut().flat_map(|block| block.chunks_exact_mut(NODE_BYTES)).enumerate()
                {
                    if n <= 2 * PAIRED_BLOCKS {
                        half.copy_from_slice(parent(n % degree));
                    } else {
                        half.fill(0);
                        half[0] = 0x80;
                        half[NODE_BYTES - 4..].copy_from_slice(&MESSAGE_BITS.to_be_bytes());
                    }
                }
                let mut state = INITIAL;
                compress256(&mut state, &message);
                let label = &mut rest[sector * NODE_BYTES..][..NODE_BYTES];
                for (bytes, word) in label.chunks_exact_mut(4).zip(state) {
                    bytes.copy_from_slice(&word.to_be_bytes());
                }
                label[NODE_BYTES - 1] &= LAST_BYTE;
            }
        }
    }
}

/// Which parent is the 37th.
#[cfg(target_arch = "x86_64")]
pub(crate) fn last_parent(degree: usize) -> usize {
    2 * PAIRED_BLOCKS % degree
}

/// The first block: identity, layer, room for the node's number at byte 36, zeroes.
fn header(replica_id: &Node, layer: u32) -> [u8; PAIR_BYTES] {
    let mut block = [0; PAIR_BYTES];
    block[..NODE_BYTES].copy_from_slice(replica_id);
    block[NODE_BYTES..NODE_BYTES + 4].copy_from_slice(&layer.to_be_bytes());
    block
}

const TEST_NODES: u32 = 48;
const TEST_LAYERS: u32 = 3;
/// SHA-256's node hash over the last two labels of layer 3 of the test's sectors 0, 4 and 15, computed by another program.
const LAST_OF_TEST: [(usize, &str); 3] = [
    (0, "1c88b6cf0c910d948e979bb5f2d40d06d47807e3ef7376248b389e21e6e9a51d"),
    (4, "42158dcbc2a1f2f21d7888e22ff3fab8d6f9310e1f944d24dfc9894992c4a50d"),
    (15, "3eca01b08dd41997cc3d4ead6ef0a96259b86e692564532a11c74877ba616237"),
];

fn test_id(sector: usize) -> Node {
    std::array::from_fn(|n| (sector * 31 + n * 7 + 3) as u8)
}

/// A graph of the right shape and no other use.
fn test_parents(first: u32, portion: &mut [NodeParents]) -> Result<(), ParentError> {
    for (node, parents) in (first..).zip(portion) {
        for (n, parent) in (0..).zip(parents.iter_mut()) {
            *parent = match (node, n) {
                (0, 0..6) => 0,
                (_, 5) => node - 1,
                (_, 0..5) => node - 1 - (node * 7 + n * 3) % node.min(9),
                _ => (node * 31 + n * 17 + 5) % TEST_NODES,
            };
        }
    }
    Ok(())
}

fn test_labels(kernel: Kernel, sectors: usize) -> Result<Layer, LabelError> {
    let ids: Vec<_> = (0..sectors).map(test_id).collect();
    let mut layer = Layer::new(kernel, TEST_NODES.into(), sectors)?;
    label(kernel, 1, &ids, &mut test_parents, None, &mut layer)?;
    for number in 2..=TEST_LAYERS {
        let mut next = Layer::new(kernel, TEST_NODES.into(), sectors)?;
        label(kernel, number, &ids, &mut test_parents, Some(&layer), &mut next)?;
        layer = next;
    }
    Ok(layer)
}

/// Known answers for one sector alone, for as many as there can be, and for one or two left over from four.
fn is_right(kernel: Kernel) -> bool {
    [1, 5, 6, MAX_SECTORS].into_iter().all(|sectors| {
        let Ok(layer) = test_labels(kernel, sectors) else { return false };
        let mut last = vec![vec![0; PAIR_BYTES]; sectors];
        layer.read(TEST_NODES as usize - 2, &mut last);
        LAST_OF_TEST.iter().filter(|(sector, _)| *sector < sectors).all(|(sector, known)| {
            let mut node = [0; NODE_BYTES];
            node::hash_pairs(&last[*sector], &mut node);
            node.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == *known
        })
    })
}

/// The shortest of a few runs.
fn trial(kernel: Kernel, sectors: usize) -> Duration {
    (0..4).map(|_| timed(|| test_labels(kernel, sectors).is_ok())).min().unwrap_or(Duration::MAX)
}

fn timed(work: impl FnOnce() -> bool) -> Duration {
    let start = Instant::now();
    if work() {
        start.elapsed()
    } else {
        Duration::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_sectors_never_take_the_memory_of_many() {
        for named in ["", "avx512", "abacus"] {
            for sectors in 1..MANY {
                assert_ne!(choose(kernels(), named, sectors).unwrap(), Kernel::Avx512, "{named:?} for {sectors}");
            }
        }
        for kernel in kernels() {
            assert_eq!(choose(kernels(), kernel.name(), MAX_SECTORS).unwrap(), kernel);
        }
    }

    #[test]
    fn few_sectors_take_the_sha_extensions_without_a_trial() {
        for sectors in 1..MANY {
            let all = vec![Kernel::Scalar, Kernel::ShaNi, Kernel::Avx512];
            assert_eq!(choose(all, "", sectors).unwrap(), Kernel::ShaNi);
        }
        assert_eq!(choose(vec![Kernel::Scalar], "", 1).unwrap(), Kernel::Scalar);
    }

    #[test]
    fn nothing_is_chosen_where_the_plainest_fails_its_test() {
        for left in [vec![], vec![Kernel::ShaNi]] {
            let refused = choose(left, "sha-ni", 1).unwrap_err();
            assert!(matches!(refused, KernelError::Broken(Kernel::Scalar)), "{refused}");
        }
    }
}

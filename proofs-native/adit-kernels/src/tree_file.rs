//! The binary tree over a sector's data, in a file: the leaves, then each level above them, the root last. The proof library
//! reads such a file as "tree-d".

use crate::node::{Node, NODE_BYTES};
use crate::tree::reduce_each;
use crate::Kernel;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

/// Data that one thread hashes at a time: with the levels above some 4 MiB, which the cache next to memory holds.
const CHUNK: usize = 2 << 20;
/// Levels that are written for each chunk: the highest of them has 4 KiB, and what is above it stays in memory.
const CHUNK_LEVELS: usize = 9;
const MAX_THREADS: usize = 256;

/// Bytes of the file over data of this length: twice as long, less one node.
pub fn length(data: u64) -> u64 {
    2 * data - NODE_BYTES as u64
}

/// Writes the tree over the first `size` bytes of `data`, zeroes where the file is shorter, into `tree`, and answers the
/// root. The tree is on disk then, but for its name in the directory. Half a thousandth of the length is held, and 4 MiB
/// a thread.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] when the length is no power of two of at least two nodes, or there are 0 or more than 256
/// threads; else what reading and writing fails with.
pub fn write(kernel: Kernel, threads: usize, data: &File, size: u64, tree: &File) -> io::Result<Node> {
    if !size.is_power_of_two() || size < 2 * NODE_BYTES as u64 || size > 1 << 50 {
        return Err(io::Error::new(ErrorKind::InvalidInput, format!("a tree over {size} bytes")));
    }
    if !(1..=MAX_THREADS).contains(&threads) {
        return Err(io::Error::new(ErrorKind::InvalidInput, format!("{threads} threads for a tree")));
    }
    tree.set_len(0)?;
    tree.set_len(length(size))?;
    let chunk = size.min(CHUNK as u64) as usize;
    let levels = ((chunk / NODE_BYTES).ilog2() as usize).min(CHUNK_LEVELS);
    let above = chunk >> levels;
    let chunks = (size / chunk as u64) as usize;
    let mut top = vec![0; chunks * above];
    let work = Work { kernel, data, size, tree, levels };
    if threads == 1 || chunks == 1 {
        let mut scratch = Scratch::new(chunk);
        for (n, top) in top.chunks_exact_mut(above).enumerate() {
            work.chunk(n, &mut scratch, top)?;
        }
    } else {
        pool(threads)?.install(|| {
            top.par_chunks_exact_mut(above)
                .enumerate()
                .try_for_each_init(|| Scratch::new(chunk), |scratch, (n, top)| work.chunk(n, scratch, top))
        })?;
    }
    let root = work.top(top)?;
    tree.sync_all()?;
    Ok(root)
}

fn pool(threads: usize) -> io::Result<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|n| format!("tree-{n}"))
        .build()
        .map_err(|error| io::Error::other(error.to_string()))
}

/// Where one chunk is hashed.
struct Scratch {
    nodes: Vec<u8>,
    spare: Vec<u8>,
}

impl Scratch {
    fn new(chunk: usize) -> Self {
        Scratch { nodes: vec![0; chunk], spare: vec![0; chunk / 2] }
    }
}

struct Work<'a> {
    kernel: Kernel,
    data: &'a File,
    size: u64,
    tree: &'a File,
    /// Levels above the leaves that are written for each chunk.
    levels: usize,
}

impl Work<'_> {
    /// Where a level begins in the file.
    fn start(&self, level: usize) -> u64 {
        2 * (self.size - (self.size >> level))
    }

    /// Writes the leaves of chunk number `n` and the levels above them; the highest goes to `top`, too.
    fn chunk(&self, n: usize, scratch: &mut Scratch, top: &mut [u8]) -> io::Result<()> {
        let Scratch { nodes, spare } = scratch;
        let offset = (n * nodes.len()) as u64;
        read_or_zero(self.data, nodes, offset)?;
        self.tree.write_all_at(nodes, offset)?;
        let highest = reduce_each(self.kernel, nodes, spare, self.levels, |level, nodes| {
            self.tree.write_all_at(nodes, self.start(level) + (offset >> level))
        })?;
        top.copy_from_slice(highest);
        Ok(())
    }

    /// Writes the levels above `top`, whose nodes have been written.
    fn top(&self, mut top: Vec<u8>) -> io::Result<Node> {
        let mut spare = vec![0; top.len() / 2];
        let more = (top.len() / NODE_BYTES).ilog2() as usize;
        let root = reduce_each(self.kernel, &mut top, &mut spare, more, |level, nodes| {
            self.tree.write_all_at(nodes, self.start(self.levels + level))
        })?;
        let mut node = [0; NODE_BYTES];
        node.copy_from_slice(root);
        Ok(node)
    }
}

fn read_or_zero(file: &File, mut into: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !into.is_empty() {
        match file.read_at(into, offset) {
            Ok(0) => {
                into.fill(0);
                break;
            }
            Ok(read) => {
                offset += read as u64;
                into = &mut into[read..];
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

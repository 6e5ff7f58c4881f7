//! The commitment of a piece, from a stream.

use crate::fr32::{self, PADDED_QUAD, RAW_QUAD};
use crate::node::{Node, NODE_BYTES};
use crate::tree::{reduce, Frontier, LEVELS};
use crate::Kernel;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::fmt;

/// Quads that are padded and hashed together; with the two buffers they fit the nearest cache.
const CHUNK_QUADS: usize = 512;
const RAW_CHUNK: usize = CHUNK_QUADS * RAW_QUAD;
const PADDED_CHUNK: usize = CHUNK_QUADS * PADDED_QUAD;
const QUAD_LEVEL: usize = (PADDED_QUAD / NODE_BYTES).ilog2() as usize;
const CHUNK_LEVEL: usize = (PADDED_CHUNK / NODE_BYTES).ilog2() as usize;
/// Chunks that one thread takes at a time, some 0.5 MiB: starting it costs some thousandth of that.
const TASK_CHUNKS: usize = 8;
const MAX_THREADS: usize = 256;
/// Smallest and largest padded piece.
const MIN_PADDED: u64 = PADDED_QUAD as u64;
const MAX_PADDED: u64 = (NODE_BYTES as u64) << (LEVELS - 2);

/// What a piece commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceCommitment {
    /// CommP, the root of the tree.
    pub comm_p: Node,
    /// Padded size of the piece in bytes: a power of two, at least 128.
    pub padded_size: u64,
    /// Payload bytes before padding.
    pub raw_size: u64,
}

/// Why there is no commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommPError {
    /// No payload at all.
    Empty,
    /// The payload is longer than a piece can be, in bytes.
    TooLong { raw_size: u64, most: u64 },
    /// The piece is not to have a size of a power of two from 128 bytes.
    BadSize(u64),
    /// A number of threads that is none or too many.
    BadThreads(usize),
    /// The system gave no threads.
    NoThreads(String),
}

impl fmt::Display for CommPError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommPError::Empty => f.write_str("a piece without any payload has no commitment"),
            CommPError::TooLong { raw_size, most } => {
                write!(f, "{raw_size} bytes of payload, and the piece holds at most {most}")
            }
            CommPError::BadSize(size) => {
                write!(f, "a padded piece has a power of two of bytes from {MIN_PADDED} to {MAX_PADDED}, not {size}")
            }
            CommPError::BadThreads(threads) => {
                write!(f, "{threads} threads; from 1 to {MAX_THREADS} can be had")
            }
            CommPError::NoThreads(why) => write!(f, "no threads could be started: {why}"),
        }
    }
}

impl std::error::Error for CommPError {}

/// Computes a piece commitment from payload bytes that come in any portions. Fr32 padding, then a binary tree filled up
/// with zeroes to a power of two.
///
/// With one thread everything happens in the calling one and some 170 KiB are held, whatever the length. With more, the caller
/// waits until the pool has hashed what has gathered; half a MiB per thread is held then.
pub struct CommP {
    kernel: Kernel,
    frontier: Frontier,
    /// Payload that does not fill a portion yet.
    pending: Vec<u8>,
    /// Length of a portion: whole chunks.
    portion: usize,
    raw_size: u64,
    work: Work,
}

enum Work {
    Here(Box<Scratch>),
    Pool(ThreadPool),
}

/// Where one chunk is hashed.
struct Scratch {
    nodes: [u8; PADDED_CHUNK],
    spare: [u8; PADDED_CHUNK / 2],
}

impl Scratch {
    fn new() -> Box<Self> {
        Box::new(Scratch { nodes: [0; PADDED_CHUNK], spare: [0; PADDED_CHUNK / 2] })
    }

    /// Nodes `levels` above the leaves of whole quads.
    fn hash(&mut self, kernel: Kernel, raw: &[u8], levels: usize) -> &[u8] {
        let nodes = &mut self.nodes[..raw.len() / RAW_QUAD * PADDED_QUAD];
        fr32::pad(kernel, raw, nodes);
        reduce(kernel, nodes, &mut self.spare, levels)
    }
}

impl CommP {
    /// In the calling thread alone.
    pub fn new(kernel: Kernel) -> Self {
        Self::with(kernel, RAW_CHUNK, Work::Here(Scratch::new()))
    }

    /// With a pool of `threads` of its own, 1 to 256; one means the calling thread.
    pub fn parallel(kernel: Kernel, threads: usize) -> Result<Self, CommPError> {
        match threads {
            1 => Ok(Self::new(kernel)),
            2..=MAX_THREADS => {
                let pool = ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .thread_name(|n| format!("commp-{n}"))
                    .build()
                    .map_err(|error| CommPError::NoThreads(error.to_string()))?;
                Ok(Self::with(kernel, threads * TASK_CHUNKS * RAW_CHUNK, Work::Pool(pool)))
            }
            _ => Err(CommPError::BadThreads(threads)),
        }
    }

    fn with(kernel: Kernel, portion: usize, work: Work) -> Self {
        CommP { kernel, frontier: Frontier::new(kernel), pending: Vec::new(), portion, raw_size: 0, work }
    }

    /// Payload bytes so far.
    pub fn raw_size(&self) -> u64 {
        self.raw_size
    }

    /// Takes more payload, of any length.
    pub fn update(&mut self, payload: &[u8]) {
        self.raw_size += payload.len() as u64;
        let mut rest = payload;
        if !self.pending.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(self.portion - self.pending.len()));
            self.pending.extend_from_slice(now);
            rest = later;
            if self.pending.len() < self.portion {
                return;
            }
            let mut full = std::mem::take(&mut self.pending);
            self.chunks(&full);
            full.clear();
            self.pending = full;
        }
        let whole = rest.len() / self.portion * self.portion;
        for portion in rest[..whole].chunks(self.portion) {
            self.chunks(portion);
        }
        if self.pending.capacity() == 0 && whole < rest.len() {
            self.pending.reserve_exact(self.portion);
        }
        self.pending.extend_from_slice(&rest[whole..]);
    }

    /// The piece of the smallest size that holds the payload.
    pub fn finish(self) -> Result<PieceCommitment, CommPError> {
        let quads = self.raw_size.div_ceil(RAW_QUAD as u64);
        let size = quads
            .checked_next_power_of_two()
            .and_then(|quads| quads.checked_mul(MIN_PADDED))
            .filter(|size| *size <= MAX_PADDED)
            .ok_or(CommPError::TooLong { raw_size: self.raw_size, most: raw_of(MAX_PADDED) })?;
        self.finish_as(size)
    }

    /// The piece filled up with zeroes to `padded_size`, as deals may ask for.
    pub fn finish_as(mut self, padded_size: u64) -> Result<PieceCommitment, CommPError> {
        if !padded_size.is_power_of_two() || !(MIN_PADDED..=MAX_PADDED).contains(&padded_size) {
            return Err(CommPError::BadSize(padded_size));
        }
        if self.raw_size == 0 {
            return Err(CommPError::Empty);
        }
        if self.raw_size > raw_of(padded_size) {
            return Err(CommPError::TooLong { raw_size: self.raw_size, most: raw_of(padded_size) });
        }
        let mut pending = std::mem::take(&mut self.pending);
        let whole = pending.len() / RAW_CHUNK * RAW_CHUNK;
        self.chunks(&pending[..whole]);
        pending.resize(whole + (pending.len() - whole).div_ceil(RAW_QUAD) * RAW_QUAD, 0);
        let mut scratch = Scratch::new();
        for node in scratch.hash(self.kernel, &pending[whole..], QUAD_LEVEL).chunks_exact(NODE_BYTES) {
            self.frontier.append(QUAD_LEVEL, node);
        }
        let height = (padded_size / NODE_BYTES as u64).ilog2() as usize;
        let comm_p = self.frontier.root(height);
        Ok(PieceCommitment { comm_p, padded_size, raw_size: self.raw_size })
    }

    /// Whole chunks.
    fn chunks(&mut self, raw: &[u8]) {
        let (kernel, frontier) = (self.kernel, &mut self.frontier);
        match &mut self.work {
            Work::Here(scratch) => {
                for chunk in raw.chunks_exact(RAW_CHUNK) {
                    frontier.append(CHUNK_LEVEL, scratch.hash(kernel, chunk, CHUNK_LEVEL));
                }
            }
            Work::Pool(pool) => {
                let mut roots = vec![[0; NODE_BYTES]; raw.len() / RAW_CHUNK];
                pool.install(|| {
                    raw.par_chunks(TASK_CHUNKS * RAW_CHUNK).zip(roots.par_chunks_mut(TASK_CHUNKS)).for_each(
                        |(chunks, roots)| {
                            let mut scratch = Scratch::new();
                            for (chunk, root) in chunks.chunks_exact(RAW_CHUNK).zip(roots) {
                                root.copy_from_slice(scratch.hash(kernel, chunk, CHUNK_LEVEL));
                            }
                        },
                    );
                });
                for root in &roots {
                    frontier.append(CHUNK_LEVEL, root);
                }
            }
        }
    }
}

/// Payload that a padded size holds.
fn raw_of(padded: u64) -> u64 {
    padded / PADDED_QUAD as u64 * RAW_QUAD as u64
}

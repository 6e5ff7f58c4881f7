//! The hashing that an operator's CPU spends its day on, as fast as that CPU can.
//!
//! * [`Kernel`]: SHA-256 of the 64-byte nodes of Filecoin's binary trees, in several implementations; the best that this
//!   CPU has is found at the first use, after each has passed a test with known answers.
//! * [`fr32`]: 127 bytes of data become 128, so that each 32 bytes are a field element.
//! * [`CommP`]: the commitment of a piece, from a stream of any length.
//! * [`tree_file`]: the whole tree over a sector's data, in a file.
//! * [`sdr`]: the labels of one sector or of several at a time.
//! * [`field`]: what turns data into a replica and back.
//!
//! The interface is safe. Unsafe code is in `x86` alone: loads and stores of vectors, and calls of functions that need
//! instructions which have been looked for before; and for one piece of advice to the system about memory in `sdr`.

#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]

mod commp;
pub mod field;
pub mod fr32;
mod kernel;
mod node;
pub mod sdr;
mod tree;
pub mod tree_file;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use commp::{CommP, CommPError, PieceCommitment};
pub use kernel::{Kernel, KernelError, ENVIRONMENT_VARIABLE};
pub use node::{Node, NODE_BYTES};
pub use tree::zero_node;

//! Non-generic wrappers over `filecoin-proofs-api`.
//!
//! The API crate is generic over paths, readers and writers, so every function is compiled again in the crate that
//! calls it. This crate is that caller: it is the slow part to build and changes rarely, while the C ABI in `adit-ffi`
//! can change in seconds.
//!
//! It also fixes three things that every caller would otherwise have to know:
//! * proof types are the chain's numbers ([`registry`]);
//! * every operation can be repeated after the process was killed at any instant ([`seal`]);
//! * a verifier's answer is `false` for anything an adversary may send and an error only when this machine cannot
//!   verify ([`verify`]).

pub mod failure;
pub mod labels;
pub mod measure;
pub mod measure_sealing;
mod memory;
mod phase1;
pub mod piece;
pub mod post;
pub mod registry;
pub mod seal;
mod unseal;
pub mod verify;

pub use failure::{panic_message, Failure, Outcome};
pub use filecoin_proofs_api::{Commitment, ProverId, Ticket};

/// Version of `filecoin-proofs-api` this build is pinned to.
pub const FILECOIN_PROOFS_API_VERSION: &str = "19.1.0";

/// The accelerator this build was made for: `none`, `cuda` or `cuda-supraseal`.
pub const ACCELERATOR: &str = if cfg!(feature = "cuda-supraseal") {
    "cuda-supraseal"
} else if cfg!(feature = "cuda") {
    "cuda"
} else {
    "none"
};

/// The 32-byte prover id of a miner: the payload of its ID address (LEB128 of the actor id), followed by zeroes.
pub fn prover_id(miner: u64) -> ProverId {
    let mut id = [0u8; 32];
    let mut rest = miner;
    let mut at = 0;
    loop {
        let low = (rest & 0x7f) as u8;
        rest >>= 7;
        id[at] = if rest == 0 { low } else { low | 0x80 };
        at += 1;
        if rest == 0 {
            return id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::prover_id;

    #[test]
    fn prover_id_is_leb128_of_the_actor_id() {
        assert_eq!(prover_id(0), [0; 32]);
        assert_eq!(prover_id(1000)[..3], [0xe8, 0x07, 0x00]);
        assert_eq!(prover_id(u64::MAX)[..11], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0]);
    }
}

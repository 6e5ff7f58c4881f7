//! The C ABI of Adit's proofs.
//!
//! Rules that every entry keeps, so that a caller needs no header but this text:
//!
//! * Returns 0 for an answer, 1 for an error, 2 for a caught panic. After 2 the process should be replaced: locks inside
//!   the proof library may be poisoned.
//! * `out`/`out_len` receive a buffer in all three cases, to be given back to [`adit_free`] with the same length. For 0
//!   it is the answer; otherwise UTF-8 text whose first line is the kind (`parameters-missing`, `invalid-input`,
//!   `failed`, `panic`, `panic-in-sector`) and whose rest is the message; after `panic-in-sector`, which also comes with
//!   code 2, the second line is the sector's number and the message follows.
//! * No structs cross the border. A 32-byte value is a pointer to 32 bytes; a path is UTF-8 and a length; a list is one
//!   packed buffer and a count. Integers inside buffers are little-endian.
//! * Proof types are the chain's numbers.
//! * A null pointer is refused where bytes are due, and allowed with length or count 0.

mod buffer;
mod guard;
mod init;
mod kernels;

use adit_proofs::piece::{self, Piece};
use adit_proofs::post::{self, PrivateReplica};
use adit_proofs::seal::{self, Aggregated, Commitments, Files, Sector};
use adit_proofs::verify::{self, PublicReplica};
use adit_proofs::Outcome;
use buffer::{array32, bytes, optional_path, path, Reader};
use guard::answer;
use std::path::PathBuf;

/// Number of this ABI; a caller refuses a library with another one.
pub const ABI: u32 = 1;

/// Where an entry puts its answer or message.
pub type Out = *mut *mut u8;
/// Where an entry puts the length of its answer or message.
pub type OutLen = *mut usize;

pub use kernels::{
    adit_commp_drop, adit_commp_finish, adit_commp_new, adit_commp_update, adit_kernels, adit_measure_pieces,
    adit_measure_sealing,
};

#[no_mangle]
pub extern "C" fn adit_abi() -> u32 {
    ABI
}

/// Gives a buffer back.
///
/// # Safety
/// `pointer` and `length` must be what one entry of this library answered, and be given back once.
#[no_mangle]
pub unsafe extern "C" fn adit_free(pointer: *mut u8, length: usize) {
    if !pointer.is_null() {
        drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(pointer, length)));
    }
}

/// Sets environment variables (`KEY=VALUE` lines), the logger and the panic hook. The proof library reads its settings
/// once, at the first real call, so this must come before it.
///
/// # Safety
/// See the module's rules; no other thread may read the environment at the same time.
#[no_mangle]
pub unsafe extern "C" fn adit_init(settings: *const u8, settings_len: usize, out: Out, out_len: OutLen) -> i32 {
    answer(out, out_len, || init::init(bytes(settings, settings_len, "settings")?).map(|()| Vec::new()))
}

/// `key=value` lines: version, api, variant, cpu, accelerator.
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_version(out: Out, out_len: OutLen) -> i32 {
    answer(out, out_len, || Ok(init::version().into_bytes()))
}

/// Answers CommP (32 bytes) and the unpadded size (u64). `existing` holds unpadded sizes (u64 each).
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_add_piece(
    proof: u64,
    source: *const u8,
    source_len: usize,
    size: u64,
    staged: *const u8,
    staged_len: usize,
    existing: *const u8,
    existing_count: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let source = optional_path(source, source_len, "source")?;
        let staged = path(staged, staged_len, "staged")?;
        let mut sizes = Reader::list(existing, existing_count, 8, "existing")?;
        let existing: Vec<u64> = (0..existing_count).map(|_| sizes.u64()).collect::<Outcome<_>>()?;
        let piece = piece::add_piece(proof, source.as_deref(), size, &staged, &existing)?;
        Ok([&piece.comm_p[..], &piece.unpadded_size.to_le_bytes()].concat())
    })
}

/// Answers CommD. A piece is CommP (32 bytes) and its unpadded size (u64).
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_comm_d(
    proof: u64,
    pieces: *const u8,
    piece_count: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || Ok(piece::comm_d(proof, &read_pieces(pieces, piece_count)?)?.to_vec()))
}

/// Answers opaque bytes for [`adit_pre_commit2`].
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_pre_commit1(
    proof: u64,
    unsealed: *const u8,
    unsealed_len: usize,
    sealed: *const u8,
    sealed_len: usize,
    cache: *const u8,
    cache_len: usize,
    miner: u64,
    number: u64,
    ticket: *const u8,
    pieces: *const u8,
    piece_count: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let paths = Paths::read((unsealed, unsealed_len), (sealed, sealed_len), (cache, cache_len))?;
        let pieces = read_pieces(pieces, piece_count)?;
        seal::pre_commit1(proof, &paths.files(), Sector { miner, number }, array32(ticket, "ticket")?, &pieces)
    })
}

/// Answers CommR and CommD (64 bytes).
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_pre_commit2(
    phase1: *const u8,
    phase1_len: usize,
    unsealed: *const u8,
    unsealed_len: usize,
    sealed: *const u8,
    sealed_len: usize,
    cache: *const u8,
    cache_len: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let paths = Paths::read((unsealed, unsealed_len), (sealed, sealed_len), (cache, cache_len))?;
        let made = seal::pre_commit2(bytes(phase1, phase1_len, "phase 1 output")?, &paths.files())?;
        Ok([made.comm_r, made.comm_d].concat())
    })
}

/// Answers opaque bytes for [`adit_commit2`].
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_commit1(
    proof: u64,
    sealed: *const u8,
    sealed_len: usize,
    cache: *const u8,
    cache_len: usize,
    miner: u64,
    number: u64,
    ticket: *const u8,
    seed: *const u8,
    comm_r: *const u8,
    comm_d: *const u8,
    pieces: *const u8,
    piece_count: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let paths = Paths::read((sealed, sealed_len), (sealed, sealed_len), (cache, cache_len))?;
        let commitments = Commitments { comm_r: array32(comm_r, "CommR")?, comm_d: array32(comm_d, "CommD")? };
        let pieces = read_pieces(pieces, piece_count)?;
        let (ticket, seed) = (array32(ticket, "ticket")?, array32(seed, "seed")?);
        seal::commit1(proof, &paths.files(), Sector { miner, number }, ticket, seed, commitments, &pieces)
    })
}

/// Answers the Groth16 proof.
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_commit2(
    phase1: *const u8,
    phase1_len: usize,
    miner: u64,
    number: u64,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || seal::commit2(bytes(phase1, phase1_len, "phase 1 output")?, Sector { miner, number }))
}

/// Answers one byte: 1 when the proof holds.
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_verify_seal(
    proof_type: u64,
    miner: u64,
    number: u64,
    comm_r: *const u8,
    comm_d: *const u8,
    ticket: *const u8,
    seed: *const u8,
    proof: *const u8,
    proof_len: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let holds = verify::verify_seal(
            proof_type,
            Sector { miner, number },
            array32(comm_r, "CommR")?,
            array32(comm_d, "CommD")?,
            array32(ticket, "ticket")?,
            array32(seed, "seed")?,
            bytes(proof, proof_len, "proof")?,
        )?;
        Ok(vec![u8::from(holds)])
    })
}

/// Answers nothing.
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_clear_cache(cache: *const u8, cache_len: usize, out: Out, out_len: OutLen) -> i32 {
    answer(out, out_len, || seal::clear_cache(&path(cache, cache_len, "cache")?).map(|()| Vec::new()))
}

/// Answers the number of bytes written (u64).
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_unseal(
    proof: u64,
    sealed: *const u8,
    sealed_len: usize,
    cache: *const u8,
    cache_len: usize,
    target: *const u8,
    target_len: usize,
    miner: u64,
    number: u64,
    comm_d: *const u8,
    ticket: *const u8,
    offset: u64,
    size: u64,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let paths = Paths::read((sealed, sealed_len), (sealed, sealed_len), (cache, cache_len))?;
        let target = path(target, target_len, "target")?;
        let (comm_d, ticket) = (array32(comm_d, "CommD")?, array32(ticket, "ticket")?);
        let sector = Sector { miner, number };
        let written = seal::unseal(proof, &paths.files(), &target, sector, comm_d, ticket, offset, size)?;
        Ok(written.to_le_bytes().to_vec())
    })
}

/// Answers the aggregate. A seal is number (u64), CommR, CommD, ticket, seed; the proofs are of equal length, joined.
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_aggregate_seals(
    proof: u64,
    seals: *const u8,
    seal_count: usize,
    proofs: *const u8,
    proofs_len: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let seals = read_seals(seals, seal_count)?;
        let joined = bytes(proofs, proofs_len, "proofs")?;
        if seals.is_empty() || joined.is_empty() || joined.len() % seals.len() != 0 {
            return Err(adit_proofs::Failure::invalid(format!(
                "{} proof bytes for {} seals",
                joined.len(),
                seals.len()
            )));
        }
        let proofs: Vec<Vec<u8>> = joined.chunks(joined.len() / seals.len()).map(<[u8]>::to_vec).collect();
        seal::aggregate(proof, &seals, &proofs)
    })
}

/// Answers one byte: 1 when the aggregate holds.
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_verify_aggregate_seals(
    proof: u64,
    miner: u64,
    seals: *const u8,
    seal_count: usize,
    aggregate: *const u8,
    aggregate_len: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let seals = read_seals(seals, seal_count)?;
        let holds = verify::verify_aggregate(proof, miner, &seals, bytes(aggregate, aggregate_len, "aggregate")?)?;
        Ok(vec![u8::from(holds)])
    })
}

/// Answers the proof (u32 length, bytes) and the faulty sectors (u32 count; each number u64, reason u32 length, text).
/// A replica is number (u64) and CommR; `paths` holds cache and sealed path of each in turn (u32 length, UTF-8).
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_window_post(
    proof: u64,
    miner: u64,
    randomness: *const u8,
    replicas: *const u8,
    replica_count: usize,
    paths: *const u8,
    paths_len: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let replicas = read_private(replicas, replica_count, paths, paths_len)?;
        let made = post::window(proof, miner, array32(randomness, "randomness")?, &replicas)?;
        let mut answer = (made.proof.len() as u32).to_le_bytes().to_vec();
        answer.extend(made.proof);
        answer.extend((made.faulty.len() as u32).to_le_bytes());
        for (number, reason) in made.faulty {
            answer.extend(number.to_le_bytes());
            answer.extend((reason.len() as u32).to_le_bytes());
            answer.extend(reason.into_bytes());
        }
        Ok(answer)
    })
}

/// Answers one byte: 1 when the proof holds. A replica is number (u64) and CommR.
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_verify_window_post(
    proof_type: u64,
    miner: u64,
    randomness: *const u8,
    replicas: *const u8,
    replica_count: usize,
    proof: *const u8,
    proof_len: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let replicas = read_public(replicas, replica_count)?;
        let randomness = array32(randomness, "randomness")?;
        let holds = verify::verify_window(proof_type, miner, randomness, &replicas, bytes(proof, proof_len, "proof")?)?;
        Ok(vec![u8::from(holds)])
    })
}

/// Answers indices into the eligible sectors (u64 each).
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_winning_post_challenge(
    proof: u64,
    miner: u64,
    randomness: *const u8,
    eligible: u64,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let chosen = post::winning_challenge(proof, array32(randomness, "randomness")?, miner, eligible)?;
        Ok(chosen.into_iter().flat_map(u64::to_le_bytes).collect())
    })
}

/// Answers the proof. Replicas and paths as in [`adit_window_post`].
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_winning_post(
    proof: u64,
    miner: u64,
    randomness: *const u8,
    replicas: *const u8,
    replica_count: usize,
    paths: *const u8,
    paths_len: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let replicas = read_private(replicas, replica_count, paths, paths_len)?;
        post::winning(proof, miner, array32(randomness, "randomness")?, &replicas)
    })
}

/// Answers one byte: 1 when the proof holds. A replica is number (u64) and CommR.
///
/// # Safety
/// See the module's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_verify_winning_post(
    proof_type: u64,
    miner: u64,
    randomness: *const u8,
    replicas: *const u8,
    replica_count: usize,
    proof: *const u8,
    proof_len: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let replicas = read_public(replicas, replica_count)?;
        let randomness = array32(randomness, "randomness")?;
        let holds =
            verify::verify_winning(proof_type, miner, randomness, &replicas, bytes(proof, proof_len, "proof")?)?;
        Ok(vec![u8::from(holds)])
    })
}

struct Paths {
    unsealed: PathBuf,
    sealed: PathBuf,
    cache: PathBuf,
}

type RawPath = (*const u8, usize);

impl Paths {
    unsafe fn read(unsealed: RawPath, sealed: RawPath, cache: RawPath) -> Outcome<Self> {
        Ok(Paths {
            unsealed: path(unsealed.0, unsealed.1, "unsealed")?,
            sealed: path(sealed.0, sealed.1, "sealed")?,
            cache: path(cache.0, cache.1, "cache")?,
        })
    }

    fn files(&self) -> Files<'_> {
        Files { unsealed: &self.unsealed, sealed: &self.sealed, cache: &self.cache }
    }
}

unsafe fn read_pieces(pointer: *const u8, count: usize) -> Outcome<Vec<Piece>> {
    let mut list = Reader::list(pointer, count, 40, "pieces")?;
    (0..count).map(|_| Ok(Piece { comm_p: list.array32()?, unpadded_size: list.u64()? })).collect()
}

unsafe fn read_public(pointer: *const u8, count: usize) -> Outcome<Vec<PublicReplica>> {
    let mut list = Reader::list(pointer, count, 40, "replicas")?;
    (0..count).map(|_| Ok(PublicReplica { number: list.u64()?, comm_r: list.array32()? })).collect()
}

unsafe fn read_private(
    pointer: *const u8,
    count: usize,
    paths: *const u8,
    paths_len: usize,
) -> Outcome<Vec<PrivateReplica>> {
    let mut list = Reader::list(pointer, count, 40, "replicas")?;
    let mut paths = Reader::new(bytes(paths, paths_len, "replica paths")?, "replica paths");
    let replicas = (0..count)
        .map(|_| {
            Ok(PrivateReplica {
                number: list.u64()?,
                comm_r: list.array32()?,
                cache: paths.path()?,
                sealed: paths.path()?,
            })
        })
        .collect::<Outcome<_>>()?;
    paths.end()?;
    Ok(replicas)
}

unsafe fn read_seals(pointer: *const u8, count: usize) -> Outcome<Vec<Aggregated>> {
    let mut list = Reader::list(pointer, count, 136, "seals")?;
    (0..count)
        .map(|_| {
            Ok(Aggregated {
                number: list.u64()?,
                comm_r: list.array32()?,
                comm_d: list.array32()?,
                ticket: list.array32()?,
                seed: list.array32()?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;

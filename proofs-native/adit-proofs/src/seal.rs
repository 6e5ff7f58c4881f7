//! Sealing: the two pre-commit and two commit phases, unsealing, and tidying the cache.
//!
//! Phase 1 is this project's own ([`crate::labels`]): it goes on after the last layer that was on disk. The library's own
//! phases are not all repeatable: phase 2 encodes the replica in place, so running it twice over the same file encodes it
//! twice. The wrapper here makes a repeat harmless: it leaves a marker while it works. When it finds one, or finds that it
//! was finished before and only its answer was lost, it goes back to the unsealed data first.

use crate::labels::PROGRESS;
use crate::piece::{infos, Piece};
use crate::{phase1, prover_id, registry, unseal, Commitment, Failure, Outcome, Ticket};
use anyhow::Context;
use filecoin_proofs_api::seal::{
    self as api, SealCommitPhase1Output, SealCommitPhase2Output, SealPreCommitPhase1Output, SealPreCommitPhase2Output,
};
use filecoin_proofs_api::{RegisteredAggregationProof, SectorId};
use serde::{de::DeserializeOwned, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Present in the cache directory while phase 2 rewrites the replica.
const ENCODING_MARKER: &str = "adit-encoding";
/// Written by the library when the replica is encoded; absent again as soon as phase 1 or a new phase 2 has begun.
const PHASE_2_DONE: &str = "p_aux";

/// First bytes of a phase output: what it is and the version of its layout (bincode of the library's type).
const PRE_COMMIT_1_MAGIC: [u8; 8] = *b"aditPC1\x01";
const COMMIT_1_MAGIC: [u8; 8] = *b"aditC1\0\x01";

/// A sector's files.
pub struct Files<'a> {
    pub unsealed: &'a Path,
    pub sealed: &'a Path,
    pub cache: &'a Path,
}

/// Whose sector it is, and which.
#[derive(Clone, Copy)]
pub struct Sector {
    pub miner: u64,
    pub number: u64,
}

impl Sector {
    fn id(&self) -> SectorId {
        SectorId::from(self.number)
    }
}

/// Commitments to the replica and to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitments {
    pub comm_r: Commitment,
    pub comm_d: Commitment,
}

/// Goes on where an earlier call for the same replica was cut off, layer by layer.
pub fn pre_commit1(proof: u64, files: &Files, sector: Sector, ticket: Ticket, pieces: &[Piece]) -> Outcome<Vec<u8>> {
    let registered = registry::seal_proof(proof)?;
    let pieces = infos(pieces)?;
    phase1::prepare(files.cache)?;
    sync_parent(files.cache)?;
    let output = phase1::run(registered, files, sector, ticket, &pieces)?;
    encode(PRE_COMMIT_1_MAGIC, &output)
}

pub fn pre_commit2(phase1: &[u8], files: &Files) -> Outcome<Commitments> {
    let phase1: SealPreCommitPhase1Output = decode(PRE_COMMIT_1_MAGIC, phase1, "pre-commit phase 1 output")?;
    let sector_size = u64::from(phase1.registered_proof.sector_size());
    let marker = files.cache.join(ENCODING_MARKER);
    if marker.exists() || files.cache.join(PHASE_2_DONE).exists() {
        restore_unsealed(files, sector_size)?;
    }
    create_synced(&marker, files.cache)?;
    remove_if_there(&files.cache.join(PROGRESS))?;
    remove_trees(files.cache)?;
    let output = api::seal_pre_commit_phase2(phase1, files.cache, files.sealed)?;
    sync_file(files.sealed)?;
    sync_parent(files.sealed)?;
    sync_directory_files(files.cache)?;
    fs::remove_file(&marker).context("removing the encoding marker")?;
    sync_file(files.cache)?;
    Ok(Commitments { comm_r: output.comm_r, comm_d: output.comm_d })
}

pub fn commit1(
    proof: u64,
    files: &Files,
    sector: Sector,
    ticket: Ticket,
    seed: Ticket,
    commitments: Commitments,
    pieces: &[Piece],
) -> Outcome<Vec<u8>> {
    if seed == [0; 32] {
        return Err(Failure::invalid("the interactive seed is all zero"));
    }
    let pre_commit = SealPreCommitPhase2Output {
        registered_proof: registry::seal_proof(proof)?,
        comm_r: commitments.comm_r,
        comm_d: commitments.comm_d,
    };
    let output = api::seal_commit_phase1(
        files.cache,
        files.sealed,
        prover_id(sector.miner),
        sector.id(),
        ticket,
        seed,
        pre_commit,
        &infos(pieces)?,
    )?;
    encode(COMMIT_1_MAGIC, &output)
}

pub fn commit2(phase1: &[u8], sector: Sector) -> Outcome<Vec<u8>> {
    let phase1: SealCommitPhase1Output = decode(COMMIT_1_MAGIC, phase1, "commit phase 1 output")?;
    Ok(api::seal_commit_phase2(phase1, prover_id(sector.miner), sector.id())?.proof)
}

/// Drops layers and trees that only sealing needs; a second call finds nothing to do.
pub fn clear_cache(cache: &Path) -> Outcome<()> {
    if !cache.is_dir() {
        return Err(Failure::Failed(anyhow::anyhow!("sector cache {} is not a directory", cache.display())));
    }
    api::clear_cache(cache)?;
    Ok(api::clear_synthetic_proofs(cache)?)
}

/// Unseals a byte range into `out`, which appears only when it is whole and on disk. The cache is not looked at. Answers the
/// number of bytes.
#[allow(clippy::too_many_arguments)]
pub fn unseal(
    proof: u64,
    files: &Files,
    out: &Path,
    sector: Sector,
    comm_d: Commitment,
    ticket: Ticket,
    offset: u64,
    size: u64,
) -> Outcome<u64> {
    let registered = registry::seal_proof(proof)?;
    let capacity = u64::from(registered.sector_size()) / 128 * 127;
    let end = offset.checked_add(size).filter(|end| *end <= capacity).ok_or_else(|| {
        Failure::invalid(format!("range {offset} + {size} is outside the {capacity} unpadded bytes of the sector"))
    })?;
    let part = part_path(out);
    unseal::range(registered, files.sealed, &part, sector, comm_d, ticket, offset..end)?;
    sync_file(&part)?;
    fs::rename(&part, out).with_context(|| format!("renaming to {}", out.display()))?;
    sync_parent(out)?;
    Ok(size)
}

/// One seal in an aggregate.
pub struct Aggregated {
    pub number: u64,
    pub comm_r: Commitment,
    pub comm_d: Commitment,
    pub ticket: Ticket,
    pub seed: Ticket,
}

/// SnarkPack v2 aggregate of one proof per seal.
pub fn aggregate(proof: u64, seals: &[Aggregated], proofs: &[Vec<u8>]) -> Outcome<Vec<u8>> {
    let registered = registry::seal_proof(proof)?;
    if seals.is_empty() || seals.len() != proofs.len() {
        return Err(Failure::invalid(format!("{} seals and {} proofs to aggregate", seals.len(), proofs.len())));
    }
    let comm_rs: Vec<Commitment> = seals.iter().map(|s| s.comm_r).collect();
    let seeds: Vec<Ticket> = seals.iter().map(|s| s.seed).collect();
    let outputs: Vec<SealCommitPhase2Output> =
        proofs.iter().map(|proof| SealCommitPhase2Output { proof: proof.clone() }).collect();
    Ok(api::aggregate_seal_commit_proofs(
        registered,
        RegisteredAggregationProof::SnarkPackV2,
        &comm_rs,
        &seeds,
        &outputs,
    )?)
}

#[cfg(test)]
pub(crate) fn encoded_phase1(output: &SealPreCommitPhase1Output) -> Outcome<Vec<u8>> {
    encode(PRE_COMMIT_1_MAGIC, output)
}

fn encode<T: Serialize>(magic: [u8; 8], value: &T) -> Outcome<Vec<u8>> {
    let mut bytes = magic.to_vec();
    bincode::serialize_into(&mut bytes, value).context("writing a phase output")?;
    Ok(bytes)
}

fn decode<T: DeserializeOwned>(magic: [u8; 8], bytes: &[u8], what: &str) -> Outcome<T> {
    use bincode::Options;
    let body = bytes
        .strip_prefix(&magic[..])
        .ok_or_else(|| Failure::invalid(format!("these {} bytes are not a {what}", bytes.len())))?;
    bincode::DefaultOptions::new()
        .with_fixint_encoding()
        .with_limit(body.len() as u64)
        .deserialize(body)
        .map_err(|error| Failure::invalid(format!("{what} is damaged: {error}")))
}

fn restore_unsealed(files: &Files, sector_size: u64) -> Outcome<()> {
    log::warn!("replica {} is encoded, or partly: starting from the data again", files.sealed.display());
    let restore = || -> std::io::Result<()> {
        fs::copy(files.unsealed, files.sealed)?;
        OpenOptions::new().write(true).open(files.sealed)?.set_len(sector_size)
    };
    Ok(restore().with_context(|| format!("restoring {} from {}", files.sealed.display(), files.unsealed.display()))?)
}

/// Removes what an earlier phase 2 may have left half-written: the column and replica trees.
fn remove_trees(cache: &Path) -> Outcome<()> {
    let remove = || -> std::io::Result<()> {
        for entry in fs::read_dir(cache)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_tree = name.contains("-tree-c") || name.contains("-tree-r-last");
            if is_tree || name == "p_aux" || name == "t_aux" {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    };
    Ok(remove().with_context(|| format!("clearing trees in {}", cache.display()))?)
}

pub(crate) fn remove_if_there(path: &Path) -> Outcome<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::Failed(anyhow::Error::new(error).context(format!("removing {}", path.display()))))
        }
        _ => Ok(()),
    }
}

fn create_synced(file: &Path, directory: &Path) -> Outcome<()> {
    File::create(file).and_then(|f| f.sync_all()).with_context(|| format!("creating {}", file.display()))?;
    sync_file(directory)
}

fn sync_file(path: &Path) -> Outcome<()> {
    Ok(File::open(path).and_then(|f| f.sync_all()).with_context(|| format!("syncing {}", path.display()))?)
}

/// Makes a file's or directory's name durable: syncing the file itself does not.
pub(crate) fn sync_parent(path: &Path) -> Outcome<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_file(parent),
        _ => sync_file(Path::new(".")),
    }
}

fn sync_directory_files(directory: &Path) -> Outcome<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        // Layers are large and were written by phase 1, whose caller syncs them before it records its answer.
        if !path.to_string_lossy().contains("-layer-") {
            sync_file(&path)?;
        }
    }
    Ok(())
}

fn part_path(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    out.with_file_name(name)
}

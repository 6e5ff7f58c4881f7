//! Pieces: staging data into an unsealed sector file, and the commitment over a sector's pieces.

use crate::seal::sync_parent;
use crate::{registry, Commitment, Failure, Outcome};
use anyhow::{ensure, Context};
use filecoin_proofs_api::{seal, PaddedBytesAmount, PieceInfo, UnpaddedBytesAmount};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// One piece: its commitment and unpadded size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub comm_p: Commitment,
    pub unpadded_size: u64,
}

pub(crate) fn infos(pieces: &[Piece]) -> Outcome<Vec<PieceInfo>> {
    pieces
        .iter()
        .map(|piece| {
            PieceInfo::new(piece.comm_p, unpadded(piece.unpadded_size)?)
                .map_err(|error| Failure::invalid(format!("piece: {error:#}")))
        })
        .collect()
}

fn unpadded(size: u64) -> Outcome<UnpaddedBytesAmount> {
    let padded = size / 127 * 128;
    if size == 0 || !size.is_multiple_of(127) || !padded.is_power_of_two() {
        return Err(Failure::invalid(format!("unpadded piece size {size} is not 127 * 2^n bytes")));
    }
    Ok(UnpaddedBytesAmount(size))
}

/// Appends a piece to `staged` after the pieces in `existing`; bytes after those are from a try that was cut off and
/// are dropped. A source shorter than the piece is followed by zeroes; no source means zeroes only.
pub fn add_piece(proof: u64, source: Option<&Path>, size: u64, staged: &Path, existing: &[u64]) -> Outcome<Piece> {
    let registered = registry::seal_proof(proof)?;
    let amount = unpadded(size)?;
    let before: Vec<UnpaddedBytesAmount> = existing.iter().map(|s| unpadded(*s)).collect::<Outcome<_>>()?;
    let start: u64 = before.iter().map(|s| u64::from(PaddedBytesAmount::from(*s))).sum();
    let end = start + u64::from(PaddedBytesAmount::from(amount));
    if end > u64::from(registered.sector_size()) {
        return Err(Failure::invalid(format!(
            "piece of {size} unpadded bytes after {start} padded bytes does not fit a sector of {} bytes",
            u64::from(registered.sector_size())
        )));
    }
    if !start.is_multiple_of(end - start) {
        return Err(Failure::invalid(format!(
            "piece of {size} unpadded bytes cannot start at padded offset {start}: padding pieces are missing before it"
        )));
    }
    let mut target = open_at(staged, start)?;
    let info = match source {
        Some(path) => {
            let file = File::open(path).with_context(|| format!("opening piece {}", path.display()))?;
            let length = file.metadata()?.len();
            if length > size {
                return Err(Failure::invalid(format!("{} has {length} bytes, the piece only {size}", path.display())));
            }
            let (info, _) =
                seal::add_piece(registered, file.chain(io::repeat(0)).take(size), &mut target, amount, &before)?;
            info
        }
        None => seal::add_piece(registered, io::repeat(0).take(size), &mut target, amount, &before)?.0,
    };
    target.sync_all()?;
    sync_parent(staged)?;
    Ok(Piece { comm_p: info.commitment, unpadded_size: info.size.into() })
}

fn open_at(staged: &Path, start: u64) -> Outcome<File> {
    let open = || -> anyhow::Result<File> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(staged)?;
        let length = file.metadata()?.len();
        ensure!(length >= start, "has {length} bytes, but the existing pieces take {start}");
        file.set_len(start)?;
        file.seek(SeekFrom::Start(start))?;
        Ok(file)
    };
    Ok(open().with_context(|| format!("staged sector file {}", staged.display()))?)
}

/// Commitment to the whole unsealed sector.
pub fn comm_d(proof: u64, pieces: &[Piece]) -> Outcome<Commitment> {
    if pieces.is_empty() {
        return Err(Failure::invalid("no pieces given"));
    }
    Ok(seal::compute_comm_d(registry::seal_proof(proof)?, &infos(pieces)?)?)
}

//! Pieces: staging data into an unsealed sector file, and the commitment over a sector's pieces.

use crate::seal::sync_parent;
use crate::{registry, Commitment, Failure, Outcome};
use adit_kernels::{fr32, fr32::PADDED_QUAD, fr32::RAW_QUAD, zero_node, CommP, Kernel, NODE_BYTES};
use anyhow::{ensure, Context};
use filecoin_proofs_api::{seal, PaddedBytesAmount, PieceInfo, UnpaddedBytesAmount};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
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
    let comm_p = match source {
        Some(path) => {
            let file = File::open(path).with_context(|| format!("opening piece {}", path.display()))?;
            let length = file.metadata()?.len();
            if length > size {
                return Err(Failure::invalid(format!("{} has {length} bytes, the piece only {size}", path.display())));
            }
            stage(file, &mut target, amount)?
        }
        None => stage(io::empty(), &mut target, amount)?,
    };
    target.sync_all()?;
    sync_parent(staged)?;
    Ok(Piece { comm_p, unpadded_size: size })
}

/// Quads that are padded, hashed and written at a time: some 1 MiB.
const STAGED_QUADS: usize = 1 << 13;

/// Writes the payload, padded and followed by zeroes up to the piece's size, and answers CommP.
fn stage(source: impl Read, target: &mut File, size: UnpaddedBytesAmount) -> Outcome<Commitment> {
    let padded_size = u64::from(PaddedBytesAmount::from(size));
    let kernel = kernel()?;
    let mut commp = CommP::parallel(kernel, rayon::current_num_threads().min(HASHING_THREADS))
        .map_err(|error| Failure::Failed(error.into()))?;
    let mut source = source.take(u64::from(size));
    let mut raw = Vec::with_capacity(STAGED_QUADS * RAW_QUAD);
    let mut padded = vec![0; STAGED_QUADS * PADDED_QUAD];
    let mut written = 0;
    while written < padded_size {
        raw.clear();
        (&mut source).take((STAGED_QUADS * RAW_QUAD) as u64).read_to_end(&mut raw)?;
        let part = (padded_size - written).min((STAGED_QUADS * PADDED_QUAD) as u64) as usize;
        if raw.is_empty() {
            padded.fill(0);
        } else {
            commp.update(&raw);
            raw.resize(part / PADDED_QUAD * RAW_QUAD, 0);
            fr32::pad(kernel, &raw, &mut padded[..part]);
        }
        target.write_all(&padded[..part])?;
        written += part as u64;
    }
    if commp.raw_size() == 0 {
        return Ok(*zero_node((padded_size / NODE_BYTES as u64).ilog2() as usize));
    }
    let piece = commp.finish_as(padded_size).map_err(|error| Failure::Failed(error.into()))?;
    Ok(piece.comm_p)
}

/// Threads that hash one piece or sector: with these the disk is what is waited for.
pub(crate) const HASHING_THREADS: usize = 4;

pub(crate) fn kernel() -> Outcome<Kernel> {
    Kernel::best().map_err(|error| Failure::Failed(error.into()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    const SECTOR: u64 = 6;
    const SECTOR_BYTES: u64 = 8 << 20;

    fn payload(length: usize) -> Vec<u8> {
        let mut state = length as u64 | 1;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 56) as u8
            })
            .collect()
    }

    /// What the proof library commits to for the payload, zeroes after it.
    fn library(payload: &[u8], unpadded: u64) -> Commitment {
        let source = Cursor::new(payload.to_vec()).chain(io::repeat(0)).take(unpadded);
        let proof = registry::seal_proof(SECTOR).unwrap();
        seal::generate_piece_commitment(proof, source, UnpaddedBytesAmount(unpadded)).unwrap().commitment
    }

    fn lengths() -> Vec<usize> {
        let mut lengths = vec![1, 126, 127, 128, 253, 254, 255, 1015, 1016, 1017];
        for power in [16, 17, 20, 22] {
            let full = (1 << power) / 128 * 127;
            lengths.extend([full - 1, full, full + 1, 1 << power, (1 << power) - 1, (1 << power) + 1]);
        }
        lengths
    }

    #[test]
    fn commitments_are_the_proof_librarys() {
        for length in lengths() {
            let payload = payload(length);
            let unpadded = length.div_ceil(127).next_power_of_two() as u64 * 127;
            let expected = library(&payload, unpadded);
            for kernel in Kernel::available() {
                for threads in [1, 3] {
                    let mut commp = CommP::parallel(kernel, threads).unwrap();
                    for portion in payload.chunks(length.div_ceil(3)) {
                        commp.update(portion);
                    }
                    let piece = commp.finish().unwrap();
                    assert_eq!(piece.comm_p, expected, "{length} bytes by {}, {threads} threads", kernel.name());
                    assert_eq!(piece.padded_size, unpadded / 127 * 128);
                }
            }
        }
    }

    /// The file that the proof library stages, and its commitment.
    fn stage_by_library(payload: &[u8], unpadded: u64, before: &[UnpaddedBytesAmount], staged: &Path) -> Commitment {
        let source = Cursor::new(payload.to_vec()).chain(io::repeat(0)).take(unpadded);
        let proof = registry::seal_proof(SECTOR).unwrap();
        let target = OpenOptions::new().create(true).append(true).open(staged).unwrap();
        seal::add_piece(proof, source, target, UnpaddedBytesAmount(unpadded), before).unwrap().0.commitment
    }

    #[test]
    fn staged_files_are_the_proof_librarys_byte_for_byte() {
        let folder = std::env::temp_dir().join(format!("adit-piece-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (ours, theirs, source) = (folder.join("ours"), folder.join("theirs"), folder.join("source"));
        for first in [0, 1, 127, 5000, (1 << 20) / 128 * 127, (1 << 20) / 128 * 127 + 1] {
            let unpadded = (first.max(1) as usize).div_ceil(127).next_power_of_two() as u64 * 127 * 2;
            let payload = payload(first as usize);
            std::fs::write(&source, &payload).unwrap();
            let _ = (std::fs::remove_file(&ours), std::fs::remove_file(&theirs));
            let mut existing = Vec::new();
            let mut before = Vec::new();
            for from in [Some(source.as_path()), None] {
                let piece = add_piece(SECTOR, from, unpadded, &ours, &existing).unwrap();
                let bytes: &[u8] = if from.is_some() { &payload } else { &[] };
                let comm_p = stage_by_library(bytes, unpadded, &before, &theirs);
                assert_eq!(piece, Piece { comm_p, unpadded_size: unpadded });
                existing.push(unpadded);
                before.push(UnpaddedBytesAmount(unpadded));
            }
            assert_eq!(std::fs::read(&ours).unwrap(), std::fs::read(&theirs).unwrap(), "{first} bytes");
        }
        let too_large = add_piece(SECTOR, None, SECTOR_BYTES / 128 * 127 * 2, &ours, &[]);
        assert!(too_large.is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

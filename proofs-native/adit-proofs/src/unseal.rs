//! Data out of a replica: its labels are computed again, in memory alone, and taken away from the part that is wanted.

use crate::labels::Graph;
use crate::phase1::replica_id;
use crate::piece::kernel;
use crate::seal::Sector;
use crate::{Commitment, Failure, Outcome, Ticket};
use adit_kernels::fr32::{self, PADDED_QUAD, RAW_QUAD};
use adit_kernels::sdr::Layer;
use adit_kernels::{field, CommP, NODE_BYTES};
use anyhow::{anyhow, Context};
use filecoin_proofs_api::RegisteredSealProof;
use rayon::prelude::*;
use std::borrow::Cow;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Quads that are read, decoded and written at a time: 8 MiB.
const PORTION: u64 = 1 << 16;
/// Quads that one thread takes of them.
const TASK: usize = 1 << 12;
/// Bits of an element's last byte that padding leaves zero.
const PADDING: u8 = 0xc0;
const LABELS_OF_QUAD: u64 = (PADDED_QUAD / NODE_BYTES) as u64;

/// Writes the unpadded bytes of `range` to `out`; they lie within the sector. Damage is seen for certain only where the
/// range is the whole sector; who asks for a part compares it with its piece's commitment.
pub(crate) fn range(
    registered: RegisteredSealProof,
    sealed: &Path,
    out: &Path,
    sector: Sector,
    comm_d: Commitment,
    ticket: Ticket,
    range: Range<u64>,
) -> Outcome<()> {
    if comm_d == [0; 32] {
        return Err(Failure::invalid("CommD is all zero"));
    }
    let size = u64::from(registered.sector_size());
    let replica = File::open(sealed).with_context(|| format!("opening replica {}", sealed.display()))?;
    let length = replica.metadata().with_context(|| format!("opening replica {}", sealed.display()))?.len();
    if length != size {
        return Err(anyhow!("replica {} has {length} bytes, a sector {size}", sealed.display()).into());
    }
    let mut out = File::create(out).with_context(|| format!("creating {}", out.display()))?;
    if range.is_empty() {
        return Ok(());
    }
    let replica_id = replica_id(registered, sector, ticket, comm_d);
    let labels = Graph::new(&registered.as_v1_config())?.label(&replica_id, None, |_, _| Ok(()))?;
    let quads = range.start / RAW_QUAD as u64..range.end.div_ceil(RAW_QUAD as u64);
    // The whole sector has the root that the replica was made for; parts of it have none here.
    let mut whole =
        if range == (0..size / PADDED_QUAD as u64 * RAW_QUAD as u64) { Some(CommP::new(kernel()?)) } else { None };
    let mut data = Vec::new();
    let mut raw = Vec::new();
    for first in quads.clone().step_by(PORTION as usize) {
        let count = (quads.end - first).min(PORTION);
        data.resize(count as usize * PADDED_QUAD, 0);
        raw.resize(count as usize * RAW_QUAD, 0);
        replica
            .read_exact_at(&mut data, first * PADDED_QUAD as u64)
            .with_context(|| format!("reading replica {}", sealed.display()))?;
        let keys = keys(&labels, first, count);
        data.par_chunks_mut(TASK * PADDED_QUAD)
            .zip(keys.par_chunks(TASK * PADDED_QUAD))
            .zip(raw.par_chunks_mut(TASK * RAW_QUAD))
            .enumerate()
            .try_for_each(|(task, ((data, keys), raw))| {
                let decoded = field::decode(data, keys).map_err(|wrong| {
                    let before = (first + (task * TASK) as u64) * LABELS_OF_QUAD;
                    field::NotInField { element: before as usize + wrong.element }
                });
                fr32::unpad(data, raw);
                decoded?;
                // Padding leaves two bits of each element zero: one in four of those that were decoded wrongly has them so.
                match data.chunks_exact(NODE_BYTES).position(|element| element[NODE_BYTES - 1] & PADDING != 0) {
                    None => Ok(()),
                    Some(n) => {
                        let element = (first + (task * TASK) as u64) * LABELS_OF_QUAD + n as u64;
                        Err(anyhow!("element {element} is no padded data under this replica's labels"))
                    }
                }
            })
            .with_context(|| format!("replica {} is damaged", sealed.display()))?;
        let start = first * RAW_QUAD as u64;
        let wanted = range.start.max(start)..range.end.min(start + raw.len() as u64);
        if let Some(whole) = &mut whole {
            whole.update(&raw);
        }
        out.write_all(&raw[(wanted.start - start) as usize..(wanted.end - start) as usize])
            .context("writing unsealed data")?;
    }
    if let Some(whole) = whole {
        let found = whole.finish_as(size).context("hashing unsealed data")?;
        if found.comm_p != comm_d {
            return Err(anyhow!("replica {} does not hold the data of this CommD", sealed.display()).into());
        }
    }
    Ok(())
}

/// The labels of these quads as they are in files.
fn keys(labels: &Layer, first: u64, count: u64) -> Cow<'_, [u8]> {
    let length = count as usize * PADDED_QUAD;
    match labels.plain() {
        Some(plain) => Cow::Borrowed(&plain[first as usize * PADDED_QUAD..][..length]),
        None => {
            let mut keys = vec![vec![0; length]];
            labels.read((first * LABELS_OF_QUAD) as usize, &mut keys);
            Cow::Owned(keys.swap_remove(0))
        }
    }
}

//! The reference string for aggregating seal proofs (SnarkPack).

use crate::files::write_new;
use crate::secrets;
use anyhow::Result;
use bellperson::groth16::aggregate::{setup_fake_srs, GenericSRS};
use blstrs::Bls12;
use std::path::Path;

/// File name the proof library looks for.
pub const FILE: &str = "v28-fil-inner-product-v1.srs";
/// Proofs that can be aggregated: 590 kB, enough for a devnet's batches and its non-interactive proofs.
pub const PROOFS: usize = 1024;
/// Four lists of twice as many points, compressed, each with a count.
const LENGTH: u64 = 4 * 4 + 2 * PROOFS as u64 * 2 * (48 + 96);

pub fn is_complete(directory: &Path) -> bool {
    directory.join(FILE).metadata().is_ok_and(|meta| meta.len() == LENGTH)
}

pub fn make(directory: &Path) -> Result<()> {
    let srs: GenericSRS<Bls12> = setup_fake_srs(&mut secrets::rng(FILE), PROOFS);
    let mut bytes = Vec::new();
    srs.write(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 == LENGTH, "reference string has {} bytes, not {LENGTH}", bytes.len());
    write_new(directory, FILE, &bytes)
}

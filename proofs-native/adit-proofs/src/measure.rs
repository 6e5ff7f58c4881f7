//! How fast this machine computes piece commitments, beside the proof library that everybody else uses.

use crate::{Failure, Outcome};
use adit_kernels::{CommP, Kernel};
use anyhow::Context;
use filecoin_proofs_api::{seal, RegisteredSealProof, UnpaddedBytesAmount};
use std::io::Cursor;

/// Largest piece that is measured: it lies in memory.
const MAX_PADDED: u64 = 1 << 30;
pub(crate) const MAX_RUNS: u64 = 1000;

/// CPU-seconds of each run of one way to hash the same piece.
pub struct Measured {
    pub name: &'static str,
    pub seconds: Vec<f64>,
}

/// Name of the peer among what [`pieces`] answers.
pub const LIBRARY: &str = "rust-fil-proofs";

/// Hashes a piece of `padded_size` bytes `runs` times with each kernel in one thread, and with the proof library, in turns
/// after one round to warm up. All must come to the same commitment. Seconds are those of the whole process: the library
/// has threads of its own.
pub fn pieces(padded_size: u64, runs: u64) -> Outcome<Vec<Measured>> {
    if !padded_size.is_power_of_two() || !(1 << 16..=MAX_PADDED).contains(&padded_size) {
        return Err(Failure::invalid(format!("a piece of {padded_size} bytes: a power of two from 64 KiB to 1 GiB")));
    }
    if !(1..=MAX_RUNS).contains(&runs) {
        return Err(Failure::invalid(format!("{runs} runs: from 1 to {MAX_RUNS}")));
    }
    let payload = payload((padded_size / 128 * 127) as usize);
    let mut ways: Vec<_> =
        Kernel::available().into_iter().map(Some).chain([None]).map(|way| (way, Vec::new())).collect();
    let mut expected = None;
    for run in 0..=runs {
        for (way, seconds) in &mut ways {
            let before = cpu_seconds()?;
            let comm_p = match way {
                Some(kernel) => by_kernel(*kernel, &payload)?,
                None => by_library(&payload)?,
            };
            let taken = cpu_seconds()? - before;
            if *expected.get_or_insert(comm_p) != comm_p {
                let name = way.map_or(LIBRARY, Kernel::name);
                return Err(Failure::Failed(anyhow::anyhow!("{name} computed another commitment than the others")));
            }
            if run > 0 {
                seconds.push(taken);
            }
        }
    }
    Ok(ways.into_iter().map(|(way, seconds)| Measured { name: way.map_or(LIBRARY, Kernel::name), seconds }).collect())
}

fn by_kernel(kernel: Kernel, payload: &[u8]) -> Outcome<[u8; 32]> {
    let mut commp = CommP::new(kernel);
    commp.update(payload);
    Ok(commp.finish().context("measuring")?.comm_p)
}

fn by_library(payload: &[u8]) -> Outcome<[u8; 32]> {
    let size = UnpaddedBytesAmount(payload.len() as u64);
    let proof = RegisteredSealProof::StackedDrg32GiBV1_1;
    Ok(seal::generate_piece_commitment(proof, Cursor::new(payload), size)?.commitment)
}

/// Bytes that no hash finds easier than others.
pub(crate) fn payload(length: usize) -> Vec<u8> {
    (0..length as u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 29) as u8).collect()
}

pub(crate) fn cpu_seconds() -> Outcome<f64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec that the call may write to.
    if unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) } != 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    Ok(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_and_the_library_are_measured() {
        let measured = pieces(1 << 16, 3).unwrap();
        assert_eq!(measured.last().unwrap().name, LIBRARY);
        assert_eq!(measured.len(), Kernel::available().len() + 1);
        assert!(measured.iter().all(|way| way.seconds.len() == 3 && way.seconds.iter().all(|s| *s >= 0.0)));
        for (size, runs) in [(0, 1), (100_000, 1), (1 << 40, 1), (1 << 16, 0), (1 << 16, 1 << 40)] {
            assert!(pieces(size, runs).is_err(), "{size} {runs}");
        }
    }
}

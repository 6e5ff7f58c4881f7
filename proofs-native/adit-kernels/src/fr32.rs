//! Fr32 padding: after every 254 bits two zero bits are put in, so that each 32 bytes are an element of the BLS12-381
//! scalar field (Filecoin spec, "Piece").

use crate::Kernel;

/// Bytes before padding that are padded together.
pub const RAW_QUAD: usize = 127;
/// Bytes after padding.
pub const PADDED_QUAD: usize = 128;

const WORDS: usize = PADDED_QUAD / 8;
/// What stays of an element's last word.
const LAST_WORD: u64 = u64::MAX >> 2;

/// Pads whole quads: each 127 bytes of `raw` become 128 of `padded`. Only AVX-512 has a way of its own; the other kernels
/// do it plainly.
///
/// # Panics
/// When the lengths do not fit each other, or this CPU cannot run the kernel.
pub fn pad(kernel: Kernel, raw: &[u8], padded: &mut [u8]) {
    let quads = padded.len() / PADDED_QUAD;
    assert!(
        padded.len() == quads * PADDED_QUAD && raw.len() == quads * RAW_QUAD,
        "{} raw bytes and room for {} padded ones",
        raw.len(),
        padded.len()
    );
    assert!(kernel.is_supported(), "this CPU cannot run {}", kernel.name());
    #[cfg(target_arch = "x86_64")]
    if kernel == Kernel::Avx512 {
        // SAFETY: the CPU has the instructions.
        unsafe { crate::x86::pad_512(raw, padded) };
        return;
    }
    pad_quads(raw, padded);
}

/// Takes the padding out of whole quads: each 128 bytes of `padded` become 127 of `raw`. The bits that padding puts in are
/// not looked at.
///
/// # Panics
/// When the lengths do not fit each other.
pub fn unpad(padded: &[u8], raw: &mut [u8]) {
    let quads = padded.len() / PADDED_QUAD;
    assert!(
        padded.len() == quads * PADDED_QUAD && raw.len() == quads * RAW_QUAD,
        "{} padded bytes and room for {} raw ones",
        padded.len(),
        raw.len()
    );
    for (from, to) in padded.chunks_exact(PADDED_QUAD).zip(raw.chunks_exact_mut(RAW_QUAD)) {
        unpad_quad(from, to);
    }
}

/// The other way round than [`pad_quad`]: what a word has given up at its lower end comes from the next.
#[inline]
fn unpad_quad(from: &[u8], to: &mut [u8]) {
    let mut words = [0; WORDS + 1];
    for (word, bytes) in words.iter_mut().zip(from.chunks_exact(8)) {
        *word = little(bytes);
    }
    for n in [3, 7, 11, 15] {
        words[n] &= LAST_WORD;
    }
    let mut out = [0; PADDED_QUAD];
    for (n, bytes) in out.chunks_exact_mut(8).enumerate() {
        let moved = 2 * (n / 4) as u32;
        // An element's last word has 62 bits.
        let missing = if n % 4 == 3 { 62 - moved } else { 64 - moved };
        let word = words[n] >> moved | words[n + 1].checked_shl(missing).unwrap_or(0);
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    to.copy_from_slice(&out[..RAW_QUAD]);
}

pub(crate) fn pad_quads(raw: &[u8], padded: &mut [u8]) {
    for (from, to) in raw.chunks_exact(RAW_QUAD).zip(padded.chunks_exact_mut(PADDED_QUAD)) {
        pad_quad(from, to);
    }
}

/// Word n of the padded form is word n of the raw one, moved up by two bits for each element before it.
#[inline]
fn pad_quad(from: &[u8], to: &mut [u8]) {
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(from.chunks_exact(8)) {
        *word = little(bytes);
    }
    words[WORDS - 1] = little(&from[RAW_QUAD - 8..]) >> 8;
    let mut out = [0; WORDS];
    out[..4].copy_from_slice(&words[..4]);
    for n in 4..8 {
        out[n] = words[n] << 2 | words[n - 1] >> 62;
    }
    for n in 8..12 {
        out[n] = words[n] << 4 | words[n - 1] >> 60;
    }
    for n in 12..16 {
        out[n] = words[n] << 6 | words[n - 1] >> 58;
    }
    for n in [3, 7, 11, 15] {
        out[n] &= LAST_WORD;
    }
    for (bytes, word) in to.chunks_exact_mut(8).zip(out) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
}

fn little(bytes: &[u8]) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(eight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngCore, SeedableRng};

    /// Bit by bit, as the specification has it.
    fn slow(raw: &[u8]) -> Vec<u8> {
        let mut padded = vec![0; raw.len() / RAW_QUAD * PADDED_QUAD];
        for bit in 0..raw.len() * 8 {
            let at = bit / 254 * 256 + bit % 254;
            padded[at / 8] |= (raw[bit / 8] >> (bit % 8) & 1) << (at % 8);
        }
        padded
    }

    #[test]
    fn every_bit_goes_where_the_specification_puts_it() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for quads in 0..20 {
            let mut raw = vec![0; quads * RAW_QUAD];
            random.fill_bytes(&mut raw);
            for kernel in Kernel::available() {
                let mut padded = vec![0xff; quads * PADDED_QUAD];
                pad(kernel, &raw, &mut padded);
                assert_eq!(padded, slow(&raw), "{quads} quads by {}", kernel.name());
            }
            let mut padded = slow(&raw);
            // What is not looked at.
            padded.iter_mut().skip(31).step_by(32).for_each(|byte| *byte |= 0x80);
            let mut back = vec![0xff; raw.len()];
            unpad(&padded, &mut back);
            assert_eq!(back, raw, "{quads} quads");
        }
        for bit in 0..RAW_QUAD * 8 {
            let mut raw = [0; RAW_QUAD];
            raw[bit / 8] = 1 << (bit % 8);
            for kernel in Kernel::available() {
                let mut padded = [0xff; PADDED_QUAD];
                pad(kernel, &raw, &mut padded);
                assert_eq!(padded[..], slow(&raw), "bit {bit} by {}", kernel.name());
            }
        }
    }

    #[test]
    #[should_panic(expected = "room for")]
    fn lengths_that_do_not_fit_are_refused_the_other_way() {
        unpad(&[0; 128], &mut [0; 128]);
    }

    #[test]
    #[should_panic(expected = "room for")]
    fn lengths_that_do_not_fit_are_refused() {
        pad(Kernel::Scalar, &[0; 128], &mut [0; 128]);
    }
}

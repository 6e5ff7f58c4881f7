//! SHA-256 of many pairs at a time with the vector instructions of x86-64.
//!
//! Two shapes. SHA-NI works on one pair per register and has a latency of four cycles, so several pairs are interleaved.
//! AVX2 and AVX-512 hold the same word of 8 or 16 pairs in one register each ("lanes"); a transposition brings the words
//! there. In both the second block, which is padding, needs no message schedule.

use crate::fr32::{PADDED_QUAD, RAW_QUAD};
use crate::node::{CONSTANTS, INITIAL, LAST_BYTE, NODE_BYTES, PADDING, PAIR_BYTES};
use std::arch::x86_64::*;
use std::sync::OnceLock;

/// What stays of a node's last four bytes.
const KEEP: i32 = i32::from_le_bytes([0xff, 0xff, 0xff, LAST_BYTE]);

/// Whether the CPU itself has what [`sha_ni`] needs. The standard library's macro says yes without a look in the build variant
/// that takes these instructions as given; an operator may have put that one on another CPU.
pub fn has_sha() -> bool {
    const SSSE3_SSE41: u32 = 1 << 9 | 1 << 19;
    const SHA: u32 = 1 << 29;
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        #[allow(unused_unsafe)]
        // SAFETY: every x86-64 has the instruction. Older compilers want this said.
        let leaf = |leaf| unsafe { __cpuid_count(leaf, 0) };
        leaf(0).eax >= 7 && leaf(1).ecx & SSSE3_SSE41 == SSSE3_SSE41 && leaf(7).ebx & SHA != 0
    })
}

/// The order of bytes within words turned round, in each 16 bytes.
#[inline]
#[target_feature(enable = "sse2")]
fn byte_swap() -> __m128i {
    _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203)
}

/// Hashes whole pairs, four at a time and the rest two and one at a time.
///
/// # Safety
/// The CPU must have these features.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
pub unsafe fn sha_ni(pairs: &[u8], nodes: &mut [u8]) {
    let count = nodes.len() / NODE_BYTES;
    assert!(pairs.len() >= count * PAIR_BYTES);
    let (from, to) = (pairs.as_ptr(), nodes.as_mut_ptr());
    let mut at = 0;
    while at + 4 <= count {
        // SAFETY: pairs `at` to `at + 4` lie in `pairs` and their nodes in `nodes`, as the assertion and the bound say.
        unsafe { interleaved::<4>(from.add(at * PAIR_BYTES), to.add(at * NODE_BYTES)) };
        at += 4;
    }
    if at + 2 <= count {
        // SAFETY: as above, for two pairs.
        unsafe { interleaved::<2>(from.add(at * PAIR_BYTES), to.add(at * NODE_BYTES)) };
        at += 2;
    }
    if at < count {
        // SAFETY: as above, for the last pair.
        unsafe { interleaved::<1>(from.add(at * PAIR_BYTES), to.add(at * NODE_BYTES)) };
    }
}

/// Hashes `N` pairs; the CPU works on one while another's result is on its way.
///
/// # Safety
/// `from` must have `N` pairs to read and `to` room for `N` nodes.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
unsafe fn interleaved<const N: usize>(from: *const u8, to: *mut u8) {
    let swap = byte_swap();
    let low = _mm_set_epi32(INITIAL[0] as i32, INITIAL[1] as i32, INITIAL[4] as i32, INITIAL[5] as i32);
    let high = _mm_set_epi32(INITIAL[2] as i32, INITIAL[3] as i32, INITIAL[6] as i32, INITIAL[7] as i32);
    let mut s0 = [low; N];
    let mut s1 = [high; N];
    let mut w = [[low; 4]; N];
    for (k, words) in w.iter_mut().enumerate() {
        for (i, four) in words.iter_mut().enumerate() {
            // SAFETY: 16 of the 64 bytes of pair `k`, which the caller vouches for.
            *four = _mm_shuffle_epi8(unsafe { _mm_loadu_si128(from.add(PAIR_BYTES * k + 16 * i).cast()) }, swap);
        }
    }
    macro_rules! four_rounds {
        ($k:ident, $sum:expr) => {{
            let sum = $sum;
            s1[$k] = _mm_sha256rnds2_epu32(s1[$k], s0[$k], sum);
            s0[$k] = _mm_sha256rnds2_epu32(s0[$k], s1[$k], _mm_shuffle_epi32(sum, 0x0e));
        }};
    }
    macro_rules! first_block {
        ($($i:literal)*) => {$({
            let constants = words(&CONSTANTS.0, 4 * $i);
            for k in 0..N {
                four_rounds!(k, _mm_add_epi32(w[k][$i % 4], constants));
                if $i < 12 {
                    let x = _mm_sha256msg1_epu32(w[k][$i % 4], w[k][($i + 1) % 4]);
                    let x = _mm_add_epi32(x, _mm_alignr_epi8(w[k][($i + 3) % 4], w[k][($i + 2) % 4], 4));
                    w[k][$i % 4] = _mm_sha256msg2_epu32(x, w[k][($i + 3) % 4]);
                }
            }
        })*};
    }
    macro_rules! second_block {
        ($($i:literal)*) => {$({
            let sum = words(&PADDING.0, 4 * $i);
            for k in 0..N {
                four_rounds!(k, sum);
            }
        })*};
    }
    first_block!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    let mut middle = [[low; 2]; N];
    for k in 0..N {
        s0[k] = _mm_add_epi32(s0[k], low);
        s1[k] = _mm_add_epi32(s1[k], high);
        middle[k] = [s0[k], s1[k]];
    }
    second_block!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    for k in 0..N {
        let x = _mm_shuffle_epi32(_mm_add_epi32(s0[k], middle[k][0]), 0x1b);
        let y = _mm_shuffle_epi32(_mm_add_epi32(s1[k], middle[k][1]), 0xb1);
        // SAFETY: the 32 bytes of node `k`, which the caller vouches for.
        unsafe {
            let node = to.add(NODE_BYTES * k);
            _mm_storeu_si128(node.cast(), _mm_shuffle_epi8(_mm_blend_epi16(x, y, 0xf0), swap));
            _mm_storeu_si128(node.add(16).cast(), _mm_shuffle_epi8(_mm_alignr_epi8(y, x, 8), swap));
            *node.add(NODE_BYTES - 1) &= LAST_BYTE;
        }
    }
}

#[inline]
#[target_feature(enable = "sse2")]
fn words(rounds: &[u32; 64], at: usize) -> __m128i {
    let four: &[u32] = &rounds[at..at + 4];
    // SAFETY: `four` is 16 readable bytes.
    unsafe { _mm_loadu_si128(four.as_ptr().cast()) }
}

macro_rules! sixteen {
    ($round:ident) => {
        $round!(0);
        $round!(1);
        $round!(2);
        $round!(3);
        $round!(4);
        $round!(5);
        $round!(6);
        $round!(7);
        $round!(8);
        $round!(9);
        $round!(10);
        $round!(11);
        $round!(12);
        $round!(13);
        $round!(14);
        $round!(15);
    };
}

pub mod labels;

/// What the kernels with lanes share: the rounds over vectors, whatever their width. `G` groups of vectors go side by side,
/// so that the CPU works on one while another's result is on its way.
macro_rules! lanes {
    ($first:ident, $second:ident, $features:literal, $vector:ty, $add:ident, $set:ident, $big0:ident, $big1:ident,
     $small0:ident, $small1:ident, $choose:ident, $majority:ident) => {
        // State word j lies at j - i in round i, so that no word is ever moved.
        macro_rules! round {
            ($state:ident, $i:literal, $sum:expr) => {{
                const A: usize = (16 - $i) % 8;
                const B: usize = (17 - $i) % 8;
                const C: usize = (18 - $i) % 8;
                const D: usize = (19 - $i) % 8;
                const E: usize = (20 - $i) % 8;
                const F: usize = (21 - $i) % 8;
                const G: usize = (22 - $i) % 8;
                const H: usize = (23 - $i) % 8;
                let t1 = $add($add($state[H], $sum), $add($big1($state[E]), $choose($state[E], $state[F], $state[G])));
                let t2 = $add($big0($state[A]), $majority($state[A], $state[B], $state[C]));
                $state[D] = $add($state[D], t1);
                $state[H] = $add(t1, t2);
            }};
        }

        /// The first block of SHA-256; `w` holds the words of the pairs.
        #[inline]
        #[target_feature(enable = $features)]
        fn $first(mut w: [$vector; 16]) -> [$vector; 8] {
            let start = INITIAL.map(|word| word as i32);
            let mut s = [$set(0); 8];
            for i in 0..8 {
                s[i] = $set(start[i]);
            }
            macro_rules! given {
                ($i:literal) => {
                    round!(s, $i, $add(w[$i], $set(CONSTANTS.0[$i] as i32)))
                };
            }
            sixteen!(given);
            for from in [16, 32, 48] {
                let constants = &CONSTANTS.0[from..from + 16];
                macro_rules! scheduled {
                    ($i:literal) => {{
                        let sum = $add($small0(w[($i + 1) % 16]), $small1(w[($i + 14) % 16]));
                        w[$i] = $add($add(w[$i], w[($i + 9) % 16]), sum);
                        round!(s, $i, $add(w[$i], $set(constants[$i] as i32)))
                    }};
                }
                sixteen!(scheduled);
            }
            for i in 0..8 {
                s[i] = $add(s[i], $set(start[i]));
            }
            s
        }

        /// The second block, which is padding, on top of the first.
        #[inline]
        #[target_feature(enable = $features)]
        fn $second<const G: usize>(first: [[$vector; 8]; G]) -> [[$vector; 8]; G] {
            let mut s = first;
            for from in [0, 16, 32, 48] {
                let constants = &PADDING.0[from..from + 16];
                macro_rules! padding {
                    ($i:literal) => {{
                        let sum = $set(constants[$i] as i32);
                        for group in &mut s {
                            round!(group, $i, sum);
                        }
                    }};
                }
                sixteen!(padding);
            }
            for group in 0..G {
                for i in 0..8 {
                    s[group][i] = $add(s[group][i], first[group][i]);
                }
            }
            s
        }
    };
}

/// Functions of SHA-256 for one width; `$rotate` takes its count as a constant.
macro_rules! functions {
    ($features:literal, $vector:ty, $rotate:ident, $shift:ident, $xor3:ident,
     $big0:ident, $big1:ident, $small0:ident, $small1:ident) => {
        #[inline]
        #[target_feature(enable = $features)]
        fn $big0(x: $vector) -> $vector {
            $xor3($rotate::<2>(x), $rotate::<13>(x), $rotate::<22>(x))
        }
        #[inline]
        #[target_feature(enable = $features)]
        fn $big1(x: $vector) -> $vector {
            $xor3($rotate::<6>(x), $rotate::<11>(x), $rotate::<25>(x))
        }
        #[inline]
        #[target_feature(enable = $features)]
        fn $small0(x: $vector) -> $vector {
            $xor3($rotate::<7>(x), $rotate::<18>(x), $shift::<3>(x))
        }
        #[inline]
        #[target_feature(enable = $features)]
        fn $small1(x: $vector) -> $vector {
            $xor3($rotate::<17>(x), $rotate::<19>(x), $shift::<10>(x))
        }
    };
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor3_512(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn choose_512(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0xca>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn majority_512(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0xe8>(a, b, c)
}

functions!(
    "avx512f",
    __m512i,
    _mm512_ror_epi32,
    _mm512_srli_epi32,
    xor3_512,
    big0_512,
    big1_512,
    small0_512,
    small1_512
);
lanes!(
    first_512,
    second_512,
    "avx512f,avx512bw",
    __m512i,
    _mm512_add_epi32,
    _mm512_set1_epi32,
    big0_512,
    big1_512,
    small0_512,
    small1_512,
    choose_512,
    majority_512
);

/// Hashes 32 or 16 pairs at a time and answers how many it has hashed; the rest, fewer than 16, is the caller's.
///
/// # Safety
/// The CPU must have these features.
#[target_feature(enable = "avx512f,avx512bw")]
pub unsafe fn avx512(pairs: &[u8], nodes: &mut [u8]) -> usize {
    let (two_pairs, one_pairs) = pairs.split_at(nodes.len() / (32 * NODE_BYTES) * (32 * PAIR_BYTES));
    let (two_nodes, one_nodes) = nodes.split_at_mut(two_pairs.len() / 2);
    for (from, to) in two_pairs.chunks_exact(32 * PAIR_BYTES).zip(two_nodes.chunks_exact_mut(32 * NODE_BYTES)) {
        let first = [first_512(load_512(&from[..16 * PAIR_BYTES])), first_512(load_512(&from[16 * PAIR_BYTES..]))];
        let [left, right] = second_512(first);
        store_512(left, &mut to[..16 * NODE_BYTES]);
        store_512(right, &mut to[16 * NODE_BYTES..]);
    }
    let mut done = two_nodes.len() / NODE_BYTES;
    for (from, to) in one_pairs.chunks_exact(16 * PAIR_BYTES).zip(one_nodes.chunks_exact_mut(16 * NODE_BYTES)) {
        let [state] = second_512([first_512(load_512(from))]);
        store_512(state, to);
        done += 16;
    }
    done
}

/// Word i of 16 pairs in vector i.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_512(pairs: &[u8]) -> [__m512i; 16] {
    let swap = _mm512_broadcast_i32x4(byte_swap());
    let mut w = [_mm512_setzero_si512(); 16];
    for (word, pair) in w.iter_mut().zip(pairs.chunks_exact(PAIR_BYTES)) {
        // SAFETY: `pair` is 64 readable bytes.
        *word = _mm512_shuffle_epi8(unsafe { _mm512_loadu_si512(pair.as_ptr().cast()) }, swap);
    }
    transpose_512(w)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn store_512(state: [__m512i; 8], nodes: &mut [u8]) {
    let swap = _mm512_broadcast_i32x4(byte_swap());
    let keep = _mm256_set_epi32(KEEP, -1, -1, -1, -1, -1, -1, -1);
    let mut w = [_mm512_setzero_si512(); 16];
    w[..8].copy_from_slice(&state);
    for (node, word) in nodes.chunks_exact_mut(NODE_BYTES).zip(transpose_512(w)) {
        let bytes = _mm512_castsi512_si256(_mm512_shuffle_epi8(word, swap));
        // SAFETY: `node` is 32 writable bytes.
        unsafe { _mm256_storeu_si256(node.as_mut_ptr().cast(), _mm256_and_si256(bytes, keep)) };
    }
}

/// Lane j of vector i becomes lane i of vector j.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose_512(r: [__m512i; 16]) -> [__m512i; 16] {
    let mut t = r;
    for i in 0..8 {
        t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    let mut r = t;
    for i in 0..4 {
        r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
        r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
        r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
        r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
    }
    for i in 0..4 {
        t[i] = _mm512_shuffle_i32x4::<0x88>(r[i], r[i + 4]);
        t[i + 4] = _mm512_shuffle_i32x4::<0xdd>(r[i], r[i + 4]);
        t[i + 8] = _mm512_shuffle_i32x4::<0x88>(r[i + 8], r[i + 12]);
        t[i + 12] = _mm512_shuffle_i32x4::<0xdd>(r[i + 8], r[i + 12]);
    }
    for i in 0..4 {
        r[i] = _mm512_shuffle_i32x4::<0x88>(t[i], t[i + 8]);
        r[i + 8] = _mm512_shuffle_i32x4::<0xdd>(t[i], t[i + 8]);
        r[i + 4] = _mm512_shuffle_i32x4::<0x88>(t[i + 4], t[i + 12]);
        r[i + 12] = _mm512_shuffle_i32x4::<0xdd>(t[i + 4], t[i + 12]);
    }
    r
}

macro_rules! rotate_256 {
    ($x:ident, $n:literal) => {
        _mm256_or_si256(_mm256_srli_epi32::<$n>($x), _mm256_slli_epi32::<{ 32 - $n }>($x))
    };
}

#[inline]
#[target_feature(enable = "avx2")]
fn big0_256(x: __m256i) -> __m256i {
    xor3_256(rotate_256!(x, 2), rotate_256!(x, 13), rotate_256!(x, 22))
}

#[inline]
#[target_feature(enable = "avx2")]
fn big1_256(x: __m256i) -> __m256i {
    xor3_256(rotate_256!(x, 6), rotate_256!(x, 11), rotate_256!(x, 25))
}

#[inline]
#[target_feature(enable = "avx2")]
fn small0_256(x: __m256i) -> __m256i {
    xor3_256(rotate_256!(x, 7), rotate_256!(x, 18), _mm256_srli_epi32::<3>(x))
}

#[inline]
#[target_feature(enable = "avx2")]
fn small1_256(x: __m256i) -> __m256i {
    xor3_256(rotate_256!(x, 17), rotate_256!(x, 19), _mm256_srli_epi32::<10>(x))
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor3_256(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    _mm256_xor_si256(_mm256_xor_si256(a, b), c)
}

#[inline]
#[target_feature(enable = "avx2")]
fn choose_256(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    _mm256_xor_si256(c, _mm256_and_si256(a, _mm256_xor_si256(b, c)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn majority_256(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)))
}

lanes!(
    first_256,
    second_256,
    "avx2",
    __m256i,
    _mm256_add_epi32,
    _mm256_set1_epi32,
    big0_256,
    big1_256,
    small0_256,
    small1_256,
    choose_256,
    majority_256
);

/// Hashes 8 pairs at a time and answers how many it has hashed; the rest, fewer than 8, is the caller's.
///
/// # Safety
/// The CPU must have these features.
#[target_feature(enable = "avx2")]
pub unsafe fn avx2(pairs: &[u8], nodes: &mut [u8]) -> usize {
    let swap = _mm256_broadcastsi128_si256(byte_swap());
    let keep = _mm256_set_epi32(KEEP, -1, -1, -1, -1, -1, -1, -1);
    let mut done = 0;
    for (from, to) in pairs.chunks_exact(8 * PAIR_BYTES).zip(nodes.chunks_exact_mut(8 * NODE_BYTES)) {
        let mut halves = [[_mm256_setzero_si256(); 8]; 2];
        for (i, pair) in from.chunks_exact(PAIR_BYTES).enumerate() {
            for (half, bytes) in halves.iter_mut().zip(pair.chunks_exact(32)) {
                // SAFETY: `bytes` is 32 readable bytes.
                half[i] = _mm256_shuffle_epi8(unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }, swap);
            }
        }
        let mut w = [_mm256_setzero_si256(); 16];
        w[..8].copy_from_slice(&transpose_256(halves[0]));
        w[8..].copy_from_slice(&transpose_256(halves[1]));
        let [state] = second_256([first_256(w)]);
        let v = transpose_256(state);
        for (node, word) in to.chunks_exact_mut(NODE_BYTES).zip(v) {
            let bytes = _mm256_and_si256(_mm256_shuffle_epi8(word, swap), keep);
            // SAFETY: `node` is 32 writable bytes.
            unsafe { _mm256_storeu_si256(node.as_mut_ptr().cast(), bytes) };
        }
        done += 8;
    }
    done
}

/// Lane j of vector i becomes lane i of vector j.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose_256(r: [__m256i; 8]) -> [__m256i; 8] {
    let mut t = r;
    for i in 0..4 {
        t[2 * i] = _mm256_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm256_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    let mut r = t;
    for i in 0..2 {
        r[4 * i] = _mm256_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
        r[4 * i + 1] = _mm256_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
        r[4 * i + 2] = _mm256_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
        r[4 * i + 3] = _mm256_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
    }
    for i in 0..4 {
        t[i] = _mm256_permute2x128_si256::<0x20>(r[i], r[i + 4]);
        t[i + 4] = _mm256_permute2x128_si256::<0x31>(r[i], r[i + 4]);
    }
    t
}

/// Fr32-pads whole quads.
///
/// # Safety
/// The CPU must have these features.
#[target_feature(enable = "avx512f,avx512bw")]
pub unsafe fn pad_512(raw: &[u8], padded: &mut [u8]) {
    // Words of element k move up by 2k bits; what leaves a word enters the next. A count of 64 gives zero.
    let up = [_mm512_set_epi64(2, 2, 2, 2, 0, 0, 0, 0), _mm512_set_epi64(6, 6, 6, 6, 4, 4, 4, 4)];
    let down = [_mm512_set_epi64(62, 62, 62, 62, 64, 64, 64, 64), _mm512_set_epi64(58, 58, 58, 58, 60, 60, 60, 60)];
    let last = (u64::MAX >> 2) as i64;
    let keep = _mm512_set_epi64(last, -1, -1, -1, last, -1, -1, -1);
    for (from, to) in raw.chunks_exact(RAW_QUAD).zip(padded.chunks_exact_mut(PADDED_QUAD)) {
        let at = from.as_ptr();
        // SAFETY: bytes 0 to 64, 64 to 127 and 56 to 120 of the 127 of `from`; masked bytes are not read.
        let (words, before) = unsafe {
            (
                [_mm512_loadu_si512(at.cast()), _mm512_maskz_loadu_epi8(u64::MAX >> 1, at.add(64).cast())],
                [_mm512_setzero_si512(), _mm512_loadu_si512(at.add(56).cast())],
            )
        };
        let before = [_mm512_alignr_epi64::<7>(words[0], before[0]), before[1]];
        for (i, half) in to.chunks_exact_mut(64).enumerate() {
            let moved = _mm512_or_si512(_mm512_sllv_epi64(words[i], up[i]), _mm512_srlv_epi64(before[i], down[i]));
            // SAFETY: `half` is 64 writable bytes.
            unsafe { _mm512_storeu_si512(half.as_mut_ptr().cast(), _mm512_and_si512(moved, keep)) };
        }
    }
}

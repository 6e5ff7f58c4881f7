//! Labels of stacked DRGs with the vector instructions of x86-64.
//!
//! Each message schedule is computed once, with the rounds of the block that needs it first, and kept with the constants
//! added for the blocks that need it again.

use super::{big0_512, big1_512, byte_swap, choose_512, majority_512, small0_512, small1_512, words, KEEP};
use crate::node::{CONSTANTS, INITIAL, NODE_BYTES, PAIR_BYTES};
use crate::sdr::{last_parent, NodeParents, BASE_DEGREE, MAX_PAIRS, MAX_SECTORS, MESSAGE_BITS, PAIRED_BLOCKS, WORDS};
use std::arch::x86_64::*;

/// Nodes ahead whose parents are asked into the cache.
const AHEAD: usize = 12;
/// The same where a node takes as long as 16.
const AHEAD_OF_LANES: usize = 2;
/// Blocks of a node that are done beside the last ones of the node before it.
const BESIDE: usize = 3;
/// A line of the cache.
const LINE: usize = 64;

/// Asks for the labels of a node's parents. Nothing is read that could be wrong: a hint has no effect but time.
#[inline]
#[target_feature(enable = "sse2")]
fn prefetch(parents: &NodeParents, degree: usize, stride: usize, done: &[u8], previous: &[u8]) {
    for (n, parent) in parents[..degree].iter().enumerate() {
        let from = if n < BASE_DEGREE { done } else { previous };
        for line in (0..stride).step_by(LINE) {
            let at = from.as_ptr().wrapping_add(*parent as usize * stride + line);
            #[allow(unused_unsafe)]
            // SAFETY: a prefetch never faults, whatever the address. Older compilers want this said.
            unsafe {
                _mm_prefetch::<_MM_HINT_T0>(at.cast())
            };
        }
    }
}

/// Labels the nodes from `first` on, whose parents are given. `headers` holds the first block of each sector, `data` the
/// layer node by node and `previous` the one before.
///
/// # Safety
/// The CPU must have these features.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
pub unsafe fn sha_ni(
    headers: &[[u8; PAIR_BYTES]],
    first: usize,
    portion: &[NodeParents],
    degree: usize,
    previous: Option<&[u8]>,
    data: &mut [u8],
) {
    if let [header] = headers {
        return one_sector(header, first, portion, degree, previous.unwrap_or_default(), data);
    }
    let stride = headers.len() * NODE_BYTES;
    let previous = previous.unwrap_or_default();
    let (mut four, mut two, mut one) = (Kept::<4>::room(), Kept::<2>::room(), Kept::<1>::room());
    for (n, parents) in portion.iter().enumerate() {
        let node = first + n;
        let (done, rest) = data.split_at_mut(node * stride);
        if let Some(later) = portion.get(n + AHEAD) {
            prefetch(later, degree, stride, done, previous);
        }
        let labels = &mut rest[..stride];
        let mut at = 0;
        while at < headers.len() {
            let headers = &headers[at..];
            let sources = Sources { parents, degree, stride, at: at * NODE_BYTES, done, previous };
            let labels = &mut labels[at * NODE_BYTES..];
            at += match headers.len() {
                4.. => interleaved(headers, node as u64, &sources, &mut four, labels),
                2..4 => interleaved(headers, node as u64, &sources, &mut two, labels),
                _ => interleaved(headers, node as u64, &sources, &mut one, labels),
            };
        }
    }
}

/// Where the parents' labels of some sectors are.
struct Sources<'a> {
    parents: &'a NodeParents,
    degree: usize,
    stride: usize,
    /// Of the first of these sectors, within a node.
    at: usize,
    done: &'a [u8],
    previous: &'a [u8],
}

impl Sources<'_> {
    /// Labels of parent number `n`, from the first of these sectors on.
    #[inline]
    fn labels(&self, n: usize) -> &[u8] {
        let from = if n < BASE_DEGREE { self.done } else { self.previous };
        &from[self.parents[n] as usize * self.stride + self.at..]
    }
}

type Two<const N: usize> = [[__m128i; 2]; N];

/// Message schedules of one block of each sector, with the constants added.
#[repr(align(64))]
#[derive(Clone, Copy)]
struct Kept<const N: usize>([[__m128i; N]; 16]);

/// For each pair of parents, and for what nobody needs again.
type Room<const N: usize> = [Kept<N>; MAX_PAIRS + 1];

impl<const N: usize> Kept<N> {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn room() -> Room<N> {
        [Kept([[_mm_setzero_si128(); N]; 16]); MAX_PAIRS + 1]
    }
}

macro_rules! four_rounds {
    ($s:ident, $k:ident, $sum:expr) => {{
        let sum = $sum;
        $s[$k][1] = _mm_sha256rnds2_epu32($s[$k][1], $s[$k][0], sum);
        $s[$k][0] = _mm_sha256rnds2_epu32($s[$k][0], $s[$k][1], _mm_shuffle_epi32(sum, 0x0e));
    }};
}

/// A block whose schedule is not known yet.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn scheduled<const N: usize>(before: Two<N>, mut w: [[__m128i; 4]; N], kept: &mut Kept<N>) -> Two<N> {
    let mut s = before;
    macro_rules! rounds {
        ($($i:literal)*) => {$({
            let constants = words(&CONSTANTS.0, 4 * $i);
            for k in 0..N {
                let sum = _mm_add_epi32(w[k][$i % 4], constants);
                kept.0[$i][k] = sum;
                four_rounds!(s, k, sum);
                if $i < 12 {
                    let x = _mm_sha256msg1_epu32(w[k][$i % 4], w[k][($i + 1) % 4]);
                    let x = _mm_add_epi32(x, _mm_alignr_epi8(w[k][($i + 3) % 4], w[k][($i + 2) % 4], 4));
                    w[k][$i % 4] = _mm_sha256msg2_epu32(x, w[k][($i + 3) % 4]);
                }
            }
        })*};
    }
    rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    sums(s, before)
}

/// A block whose schedule has been kept.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn again<const N: usize>(before: Two<N>, kept: &Kept<N>) -> Two<N> {
    let mut s = before;
    macro_rules! rounds {
        ($($i:literal)*) => {$(
            for k in 0..N {
                four_rounds!(s, k, kept.0[$i][k]);
            }
        )*};
    }
    rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    sums(s, before)
}

#[inline]
#[target_feature(enable = "sse2")]
fn sums<const N: usize>(mut s: Two<N>, before: Two<N>) -> Two<N> {
    for k in 0..N {
        s[k] = [_mm_add_epi32(s[k][0], before[k][0]), _mm_add_epi32(s[k][1], before[k][1])];
    }
    s
}

/// Labels one node of `N` sectors, and answers `N`; the CPU works on one while another's result is on its way.
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn interleaved<const N: usize>(
    headers: &[[u8; PAIR_BYTES]],
    node: u64,
    sources: &Sources<'_>,
    room: &mut Room<N>,
    labels: &mut [u8],
) -> usize {
    let swap = byte_swap();
    let low = _mm_set_epi32(INITIAL[0] as i32, INITIAL[1] as i32, INITIAL[4] as i32, INITIAL[5] as i32);
    let high = _mm_set_epi32(INITIAL[2] as i32, INITIAL[3] as i32, INITIAL[6] as i32, INITIAL[7] as i32);
    let zero = _mm_setzero_si128();
    let (kept, [unused]) = room.split_at_mut(MAX_PAIRS) else { unreachable!("one more than pairs") };
    // The node's number is at bytes 36 to 44 of the first block.
    let number = _mm_set_epi32(0, node as i32, (node >> 32) as i32, 0);
    let mut w = [[zero; 4]; N];
    for (words, header) in w.iter_mut().zip(headers) {
        *words = [four(header, 0, swap), four(header, 16, swap), _mm_or_si128(four(header, 32, swap), number), zero];
    }
    let mut s = scheduled([[low, high]; N], w, unused);
    let pairs = sources.degree / 2;
    for (pair, kept) in kept[..pairs].iter_mut().enumerate() {
        let (left, right) = (sources.labels(2 * pair), sources.labels(2 * pair + 1));
        for (k, words) in w.iter_mut().enumerate() {
            let (left, right) = (&left[k * NODE_BYTES..], &right[k * NODE_BYTES..]);
            *words = [four(left, 0, swap), four(left, 16, swap), four(right, 0, swap), four(right, 16, swap)];
        }
        s = scheduled(s, w, kept);
    }
    let mut pair = 0;
    for _ in pairs..PAIRED_BLOCKS {
        s = again(s, &kept[pair]);
        pair = if pair + 1 == pairs { 0 } else { pair + 1 };
    }
    let last = sources.labels(last_parent(sources.degree));
    let padding = [_mm_set_epi32(0, 0, 0, i32::MIN), _mm_set_epi32(MESSAGE_BITS as i32, 0, 0, 0)];
    for (k, words) in w.iter_mut().enumerate() {
        let last = &last[k * NODE_BYTES..];
        *words = [four(last, 0, swap), four(last, 16, swap), padding[0], padding[1]];
    }
    s = scheduled(s, w, unused);
    for (s, label) in s.iter().zip(labels.chunks_exact_mut(NODE_BYTES)) {
        store(*s, label);
    }
    N
}

/// Writes a label of 32 bytes.
#[inline]
#[target_feature(enable = "sse2,ssse3,sse4.1")]
fn store(s: [__m128i; 2], label: &mut [u8]) {
    let label = &mut label[..NODE_BYTES];
    let x = _mm_shuffle_epi32(s[0], 0x1b);
    let y = _mm_shuffle_epi32(s[1], 0xb1);
    let first = _mm_shuffle_epi8(_mm_blend_epi16(x, y, 0xf0), byte_swap());
    let last = _mm_shuffle_epi8(_mm_alignr_epi8(y, x, 8), byte_swap());
    let last = _mm_and_si128(last, _mm_set_epi32(KEEP, -1, -1, -1));
    // SAFETY: the two halves of the 32 bytes of `label`.
    unsafe {
        _mm_storeu_si128(label.as_mut_ptr().cast(), first);
        _mm_storeu_si128(label.as_mut_ptr().add(16).cast(), last);
    }
}

/// A block whose schedule has been kept at `from`, and beside it one of the next node, whose schedule is computed and kept at
/// `to`: neither waits for the other. Answers the state of the first and of the second.
// The last of the schedule's words are needed by no round.
#[allow(unused_assignments)]
#[inline]
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn both(before: [Two<1>; 2], mut w: [[__m128i; 4]; 1], room: &mut Room<1>, from: usize, to: usize) -> [Two<1>; 2] {
    let [mut s, mut ahead] = before;
    let k = 0;
    macro_rules! rounds {
        ($($i:literal)*) => {$({
            let sum = _mm_add_epi32(w[k][$i % 4], words(&CONSTANTS.0, 4 * $i));
            room[to].0[$i][0] = sum;
            four_rounds!(ahead, k, sum);
            four_rounds!(s, k, room[from].0[$i][0]);
            if $i < 12 {
                let x = _mm_sha256msg1_epu32(w[k][$i % 4], w[k][($i + 1) % 4]);
                let x = _mm_add_epi32(x, _mm_alignr_epi8(w[k][($i + 3) % 4], w[k][($i + 2) % 4], 4));
                w[k][$i % 4] = _mm_sha256msg2_epu32(x, w[k][($i + 3) % 4]);
            }
        })*};
    }
    rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    [sums(s, before[0]), sums(ahead, before[1])]
}

/// Labels one sector alone: [`sha_ni`] with one header. Rounds of one chain wait for each other, so the next node's first blocks,
/// which do not need this node's label, go beside this node's last ones.
#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn one_sector(
    header: &[u8; PAIR_BYTES],
    first: usize,
    portion: &[NodeParents],
    degree: usize,
    previous: &[u8],
    data: &mut [u8],
) {
    let swap = byte_swap();
    let pairs = degree / 2;
    let zero = _mm_setzero_si128();
    let low = _mm_set_epi32(INITIAL[0] as i32, INITIAL[1] as i32, INITIAL[4] as i32, INITIAL[5] as i32);
    let high = _mm_set_epi32(INITIAL[2] as i32, INITIAL[3] as i32, INITIAL[6] as i32, INITIAL[7] as i32);
    let start = [[low, high]];
    let header = [four(header, 0, swap), four(header, 16, swap), four(header, 32, swap), zero];
    let padding = [_mm_set_epi32(0, 0, 0, i32::MIN), _mm_set_epi32(MESSAGE_BITS as i32, 0, 0, 0)];
    let mut room = Kept::<1>::room();
    // The first block or a pair of parents, of a node whose parents come before `done` ends or lie in the previous layer.
    let message = |block: usize, node: usize, parents: &NodeParents, done: &[u8]| {
        if block == 0 {
            // The node's number is at bytes 36 to 44.
            let number = _mm_set_epi32(0, node as i32, ((node as u64) >> 32) as i32, 0);
            return [header[0], header[1], _mm_or_si128(header[2], number), zero];
        }
        let label = |n: usize| {
            let from = if n < BASE_DEGREE { done } else { previous };
            &from[parents[n] as usize * NODE_BYTES..][..NODE_BYTES]
        };
        let (left, right) = (label(2 * block - 2), label(2 * block - 1));
        [four(left, 0, swap), four(left, 16, swap), four(right, 0, swap), four(right, 16, swap)]
    };
    let place = |block: usize| if block == 0 { MAX_PAIRS } else { block - 1 };
    // Blocks of the node that were done beside the one before it, and the state after them.
    let (mut blocks, mut ahead) = (0, start);
    for (n, parents) in portion.iter().enumerate() {
        let node = first + n;
        let (done, rest) = data.split_at_mut(node * NODE_BYTES);
        if let Some(later) = portion.get(n + AHEAD) {
            prefetch(later, degree, NODE_BYTES, done, previous);
        }
        let mut s = ahead;
        for block in blocks..=pairs {
            s = scheduled(s, [message(block, node, parents, done)], &mut room[place(block)]);
        }
        let mut order = (0..pairs).cycle();
        let mut next_pair = || order.next().unwrap_or_default();
        for _ in pairs..PAIRED_BLOCKS - BESIDE {
            s = again(s, &room[next_pair()]);
        }
        // The places where the next node's schedules go are free: these last blocks have pairs 1, 2 and 3, or in the first
        // layer 0, 1 and 2.
        let next = portion.get(n + 1).copied().unwrap_or_default();
        let waits = |n: usize| next[n] as usize == node;
        blocks = match portion.len() - 1 - n {
            0 => 0,
            _ if waits(0) || waits(1) => 1,
            _ if waits(2) || waits(3) => 2,
            _ => BESIDE,
        };
        ahead = start;
        for block in 0..BESIDE {
            let from = next_pair();
            if block < blocks {
                [s, ahead] = both([s, ahead], [message(block, node + 1, &next, done)], &mut room, from, place(block));
            } else {
                s = again(s, &room[from]);
            }
        }
        let last = last_parent(degree);
        let from = if last < BASE_DEGREE { &*done } else { previous };
        let last = &from[parents[last] as usize * NODE_BYTES..][..NODE_BYTES];
        let w = [four(last, 0, swap), four(last, 16, swap), padding[0], padding[1]];
        s = scheduled(s, [w], &mut room[MAX_PAIRS]);
        store(s[0], rest);
    }
}

/// Four words of a message.
#[inline]
#[target_feature(enable = "ssse3")]
fn four(bytes: &[u8], at: usize, swap: __m128i) -> __m128i {
    let bytes = &bytes[at..at + 16];
    // SAFETY: `bytes` is 16 readable bytes.
    _mm_shuffle_epi8(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }, swap)
}

/// Message schedules of one block of 16 sectors, with the constants added.
type KeptLanes = [[__m512i; 16]; 4];

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
        // What does not need the newest word comes first: the chain from word to word is what takes the time.
        let known = _mm512_add_epi32(_mm512_add_epi32($state[H], $sum), choose_512($state[E], $state[F], $state[G]));
        let t1 = _mm512_add_epi32(known, big1_512($state[E]));
        let t2 = _mm512_add_epi32(big0_512($state[A]), majority_512($state[A], $state[B], $state[C]));
        $state[D] = _mm512_add_epi32($state[D], t1);
        $state[H] = _mm512_add_epi32(t1, t2);
    }};
}

/// A block whose schedule is not known yet.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn scheduled_lanes(before: [__m512i; 8], mut w: [__m512i; 16], kept: &mut KeptLanes) -> [__m512i; 8] {
    let mut s = before;
    let [first, rest @ ..] = kept;
    macro_rules! given {
        ($i:literal) => {{
            let sum = _mm512_add_epi32(w[$i], _mm512_set1_epi32(CONSTANTS.0[$i] as i32));
            first[$i] = sum;
            round!(s, $i, sum)
        }};
    }
    sixteen!(given);
    for (kept, constants) in rest.iter_mut().zip(CONSTANTS.0[16..].chunks_exact(16)) {
        macro_rules! computed {
            ($i:literal) => {{
                let sum = _mm512_add_epi32(small0_512(w[($i + 1) % 16]), small1_512(w[($i + 14) % 16]));
                w[$i] = _mm512_add_epi32(_mm512_add_epi32(w[$i], w[($i + 9) % 16]), sum);
                let sum = _mm512_add_epi32(w[$i], _mm512_set1_epi32(constants[$i] as i32));
                kept[$i] = sum;
                round!(s, $i, sum)
            }};
        }
        sixteen!(computed);
    }
    sums_lanes(s, before)
}

/// A block whose schedule has been kept.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn again_lanes(before: [__m512i; 8], kept: &KeptLanes) -> [__m512i; 8] {
    let mut s = before;
    for kept in kept {
        macro_rules! known {
            ($i:literal) => {
                round!(s, $i, kept[$i])
            };
        }
        sixteen!(known);
    }
    sums_lanes(s, before)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn sums_lanes(mut s: [__m512i; 8], before: [__m512i; 8]) -> [__m512i; 8] {
    for (word, before) in s.iter_mut().zip(before) {
        *word = _mm512_add_epi32(*word, before);
    }
    s
}

/// Labels the nodes from `first` on of 16 sectors, whose labels lie word by word; otherwise as [`sha_ni`].
///
/// # Safety
/// The CPU must have these features.
#[target_feature(enable = "avx512f,avx512bw")]
pub unsafe fn avx512(
    headers: &[[u8; PAIR_BYTES]; MAX_SECTORS],
    first: usize,
    portion: &[NodeParents],
    degree: usize,
    previous: Option<&[u8]>,
    data: &mut [u8],
) {
    const STRIDE: usize = MAX_SECTORS * NODE_BYTES;
    let previous = previous.unwrap_or_default();
    let pairs = degree / 2;
    let zero = _mm512_setzero_si512();
    let mut header = [zero; 16];
    for (n, word) in header.iter_mut().enumerate() {
        let mut lanes = [0u32; MAX_SECTORS];
        for (lane, block) in lanes.iter_mut().zip(headers) {
            *lane = u32::from_be_bytes([block[4 * n], block[4 * n + 1], block[4 * n + 2], block[4 * n + 3]]);
        }
        // SAFETY: 64 readable bytes.
        *word = unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) };
    }
    let start = INITIAL.map(|word| _mm512_set1_epi32(word as i32));
    let mut kept = [[[zero; 16]; 4]; MAX_PAIRS + 1];
    for (n, parents) in portion.iter().enumerate() {
        let node = first + n;
        let (done, rest) = data.split_at_mut(node * STRIDE);
        if let Some(later) = portion.get(n + AHEAD_OF_LANES) {
            prefetch(later, degree, STRIDE, done, previous);
        }
        let labels = |n: usize| {
            let from = if n < BASE_DEGREE { &*done } else { previous };
            &from[parents[n] as usize * STRIDE..][..STRIDE]
        };
        let mut s = start;
        // The first block, then each pair of parents.
        for (block, kept) in kept[..=pairs].iter_mut().enumerate() {
            let mut w = header;
            if block == 0 {
                w[9] = _mm512_set1_epi32(((node as u64) >> 32) as i32);
                w[10] = _mm512_set1_epi32(node as i32);
            } else {
                load_lanes(labels(2 * block - 2), &mut w[..WORDS]);
                load_lanes(labels(2 * block - 1), &mut w[WORDS..]);
            }
            s = scheduled_lanes(s, w, kept);
        }
        let mut pair = 0;
        for _ in pairs..PAIRED_BLOCKS {
            s = again_lanes(s, &kept[1 + pair]);
            pair = if pair + 1 == pairs { 0 } else { pair + 1 };
        }
        let mut w = [zero; 16];
        load_lanes(labels(last_parent(degree)), &mut w[..WORDS]);
        w[WORDS] = _mm512_set1_epi32(i32::MIN);
        w[15] = _mm512_set1_epi32(MESSAGE_BITS as i32);
        s = scheduled_lanes(s, w, &mut kept[0]);
        s[WORDS - 1] = _mm512_and_si512(s[WORDS - 1], _mm512_set1_epi32(KEEP.swap_bytes()));
        for (word, lanes) in s.iter().zip(rest[..STRIDE].chunks_exact_mut(LINE)) {
            // SAFETY: `lanes` is 64 writable bytes.
            unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), *word) };
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_lanes(labels: &[u8], words: &mut [__m512i]) {
    for (word, lanes) in words.iter_mut().zip(labels.chunks_exact(LINE)) {
        // SAFETY: `lanes` is 64 readable bytes.
        *word = unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) };
    }
}

//! One node of a binary tree, and its hash on any CPU.
//!
//! A node is SHA-256 of its two children, with the two high bits cleared so that it is a field element (Filecoin spec,
//! `sha2-256-trunc254-padded`). Its 64 bytes are one block of SHA-256; the second block is padding and the same for every
//! node, so its message schedule is computed at compile time.

/// Length of a node.
pub const NODE_BYTES: usize = 32;

/// A node or a leaf.
pub type Node = [u8; NODE_BYTES];

pub(crate) const PAIR_BYTES: usize = 2 * NODE_BYTES;
/// What stays of a node's last byte.
pub(crate) const LAST_BYTE: u8 = 0x3f;

pub(crate) const INITIAL: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// Round constants. Aligned, so that a vector of four never lies on two cache lines.
#[repr(align(64))]
pub(crate) struct Rounds(pub [u32; 64]);

#[cfg(target_arch = "x86_64")]
pub(crate) static CONSTANTS: Rounds = Rounds(K);
/// Round constants with the schedule of the padding block added.
pub(crate) static PADDING: Rounds = Rounds(padding_rounds());

const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
];

const fn next(w16: u32, w15: u32, w7: u32, w2: u32) -> u32 {
    let low = w15.rotate_right(7) ^ w15.rotate_right(18) ^ (w15 >> 3);
    let high = w2.rotate_right(17) ^ w2.rotate_right(19) ^ (w2 >> 10);
    w16.wrapping_add(low).wrapping_add(w7).wrapping_add(high)
}

const fn schedule(first: [u32; 16]) -> [u32; 64] {
    let mut w = [0; 64];
    let mut i = 0;
    while i < 64 {
        w[i] = if i < 16 { first[i] } else { next(w[i - 16], w[i - 15], w[i - 7], w[i - 2]) };
        i += 1;
    }
    w
}

const fn padding_rounds() -> [u32; 64] {
    let mut block = [0; 16];
    block[0] = 0x8000_0000;
    block[15] = (PAIR_BYTES * 8) as u32;
    let mut rounds = schedule(block);
    let mut i = 0;
    while i < 64 {
        rounds[i] = rounds[i].wrapping_add(K[i]);
        i += 1;
    }
    rounds
}

/// All 64 rounds, over words to which the constants have been added.
fn compress(state: [u32; 8], rounds: &[u32; 64]) -> [u32; 8] {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
    for word in rounds {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let t1 = h.wrapping_add(s1).wrapping_add(g ^ (e & (f ^ g))).wrapping_add(*word);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t2 = s0.wrapping_add((a & b) | (c & (a | b)));
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(t1), c, b, a, t1.wrapping_add(t2));
    }
    let mut sum = [a, b, c, d, e, f, g, h];
    for (word, before) in sum.iter_mut().zip(state) {
        *word = word.wrapping_add(before);
    }
    sum
}

/// Hashes one pair.
fn hash_pair(pair: &[u8], node: &mut [u8]) {
    let mut block = [0; 16];
    for (word, bytes) in block.iter_mut().zip(pair.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    let mut rounds = schedule(block);
    for (word, constant) in rounds.iter_mut().zip(K) {
        *word = word.wrapping_add(constant);
    }
    let state = compress(compress(INITIAL, &rounds), &PADDING.0);
    for (bytes, word) in node.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    node[NODE_BYTES - 1] &= LAST_BYTE;
}

/// Hashes whole pairs; on every CPU.
pub(crate) fn hash_pairs(pairs: &[u8], nodes: &mut [u8]) {
    for (pair, node) in pairs.chunks_exact(PAIR_BYTES).zip(nodes.chunks_exact_mut(NODE_BYTES)) {
        hash_pair(pair, node);
    }
}

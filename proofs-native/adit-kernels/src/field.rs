//! Sums and differences in the scalar field of BLS12-381, over elements of 32 bytes as files hold them: little-endian.
//!
//! A replica is the data with the labels of the last layer added, element by element (Filecoin spec, "encoding"). Adding
//! needs neither a multiplication nor another form of the numbers, so memory is what is waited for.

use crate::NODE_BYTES;
use std::fmt;

/// The field's modulus.
const MODULUS: [u64; 4] = [0xffff_ffff_0000_0001, 0x53bd_a402_fffe_5bfe, 0x3339_d808_09a1_d805, 0x73ed_a753_299d_7d48];

/// An element, counted from 0, is no number below the modulus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotInField {
    /// Which of the elements.
    pub element: usize,
}

impl fmt::Display for NotInField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "element {} is not below the field's modulus", self.element)
    }
}

impl std::error::Error for NotInField {}

/// Adds the key to the data, which becomes the replica. Data and key must be field elements.
///
/// # Panics
/// When the lengths differ or are no whole number of elements.
pub fn encode(data: &mut [u8], key: &[u8]) -> Result<(), NotInField> {
    each(data, key, |value, key| {
        let (sum, _) = add(value, key);
        reduced(sum)
    })
}

/// Takes the key from the replica, which becomes the data. Replica and key must be field elements.
///
/// # Panics
/// When the lengths differ or are no whole number of elements.
pub fn decode(replica: &mut [u8], key: &[u8]) -> Result<(), NotInField> {
    each(replica, key, |value, key| {
        let (difference, borrow) = subtract(value, key);
        let (back, _) = add(difference, MODULUS.map(|word| word & 0u64.wrapping_sub(borrow as u64)));
        back
    })
}

/// Elements that are looked at together for one that is too large.
const PORTION: usize = 64;

#[inline(always)]
fn each(values: &mut [u8], keys: &[u8], with: impl Fn([u64; 4], [u64; 4]) -> [u64; 4]) -> Result<(), NotInField> {
    assert!(
        values.len() == keys.len() && values.len().is_multiple_of(NODE_BYTES),
        "{} bytes and {} of keys",
        values.len(),
        keys.len()
    );
    let portions = values.chunks_mut(PORTION * NODE_BYTES).zip(keys.chunks(PORTION * NODE_BYTES));
    for (portion, (values, keys)) in portions.enumerate() {
        let elements = || values.chunks_exact(NODE_BYTES).zip(keys.chunks_exact(NODE_BYTES));
        let valid = elements().fold(true, |valid, (value, key)| valid & is_element(value) & is_element(key));
        if !valid {
            let wrong = elements().take_while(|(value, key)| is_element(value) && is_element(key)).count();
            return Err(NotInField { element: portion * PORTION + wrong });
        }
        for (value, key) in values.chunks_exact_mut(NODE_BYTES).zip(keys.chunks_exact(NODE_BYTES)) {
            let result = with(words(value), words(key));
            for (bytes, word) in value.chunks_exact_mut(8).zip(result) {
                bytes.copy_from_slice(&word.to_le_bytes());
            }
        }
    }
    Ok(())
}

#[inline(always)]
fn is_element(bytes: &[u8]) -> bool {
    subtract(words(bytes), MODULUS).1
}

#[inline(always)]
fn words(bytes: &[u8]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        let mut eight = [0; 8];
        eight.copy_from_slice(bytes);
        *word = u64::from_le_bytes(eight);
    }
    words
}

#[inline(always)]
fn add(left: [u64; 4], right: [u64; 4]) -> ([u64; 4], bool) {
    let mut carry = false;
    let mut sum = [0; 4];
    for i in 0..4 {
        let (word, first) = left[i].overflowing_add(right[i]);
        let (word, second) = word.overflowing_add(carry as u64);
        (sum[i], carry) = (word, first | second);
    }
    (sum, carry)
}

#[inline(always)]
fn subtract(left: [u64; 4], right: [u64; 4]) -> ([u64; 4], bool) {
    let mut borrow = false;
    let mut difference = [0; 4];
    for i in 0..4 {
        let (word, first) = left[i].overflowing_sub(right[i]);
        let (word, second) = word.overflowing_sub(borrow as u64);
        (difference[i], borrow) = (word, first | second);
    }
    (difference, borrow)
}

/// A number below twice the modulus, which 256 bits hold, brought below it.
#[inline(always)]
fn reduced(value: [u64; 4]) -> [u64; 4] {
    let (less, borrow) = subtract(value, MODULUS);
    let keep = 0u64.wrapping_sub(borrow as u64);
    let mut result = [0; 4];
    for i in 0..4 {
        result[i] = (value[i] & keep) | (less[i] & !keep);
    }
    result
}

//! Multiplying one base point by very many scalars.
//!
//! A scalar is cut into signed digits of *w* bits: s = Σ d_j·2^{wj} with −2^{w−1} < d_j ≤ 2^{w−1}. For every position *j*
//! a table holds 1…2^{w−1} times 2^{wj}·G, so a multiplication is one table look-up and one addition per digit, and no
//! doubling; negative digits use −P = (x, −y). At w = 13 that is 20 additions.
//!
//! An affine addition costs one field inversion, some eighty multiplications' worth, unless many are done together:
//! Montgomery's trick inverts *k* numbers with one inversion and 3·(k−1) multiplications. So a block of scalars advances
//! digit by digit in step, all additions of one position sharing an inversion.
//!
//! The scalars are QAP evaluations at a random τ, so the two cases that the affine formula does not cover (equal or
//! opposite points) have probability about 2^{-240} and are refused, not handled.

use blst::*;
use blstrs::Scalar;
use ff::PrimeField;
use rayon::prelude::*;

/// Scalars that advance together.
const BLOCK: usize = 2048;
/// Bits of a scalar.
const SCALAR_BITS: usize = 255;
/// Blocks per core and slab: enough to keep the cores busy, few enough to report progress about once a second.
const BLOCKS_PER_SLAB: usize = 16;

/// Signed digits of a scalar, `width` bits each.
fn signed_digits(scalar: &Scalar, width: usize, digits: &mut [i32]) {
    let bytes = scalar.to_repr();
    let mut carry = 0i32;
    for (position, digit) in digits.iter_mut().enumerate() {
        let bit = position * width;
        let window = (0..4)
            .filter_map(|k| bytes.get(bit / 8 + k).map(|byte| u32::from(*byte) << (8 * k)))
            .fold(0, |bits, byte| bits | byte);
        let mut value = ((window >> (bit % 8)) & ((1 << width) - 1)) as i32 + carry;
        carry = 0;
        if value > 1 << (width - 1) {
            value -= 1 << width;
            carry = 1;
        }
        *digit = value;
    }
    assert_eq!(carry, 0, "digits cover the scalar");
}

/// One group's operations in blst, behind safe functions: every call passes references to live values of the right type.
macro_rules! group_operations {
    ($module:ident, $affine:ty, $projective:ty, $field:ty, $many:ty, $bytes:expr,
     $mul:ident, $sqr:ident, $sub:ident, $inverse:ident, $negate:ident, $add:ident, $double:ident, $serialize:ident) => {
        mod $module {
            use super::*;

            pub type Affine = $affine;
            pub type Projective = $projective;
            pub type Coordinate = $field;
            pub const BYTES: usize = $bytes;

            pub fn mul(a: &Coordinate, b: &Coordinate) -> Coordinate {
                let mut out = Coordinate::default();
                unsafe { $mul(&mut out, a, b) };
                out
            }

            pub fn square(a: &Coordinate) -> Coordinate {
                let mut out = Coordinate::default();
                unsafe { $sqr(&mut out, a) };
                out
            }

            pub fn sub(a: &Coordinate, b: &Coordinate) -> Coordinate {
                let mut out = Coordinate::default();
                unsafe { $sub(&mut out, a, b) };
                out
            }

            pub fn invert(a: &Coordinate) -> Coordinate {
                let mut out = Coordinate::default();
                unsafe { $inverse(&mut out, a) };
                out
            }

            pub fn negate(point: &mut Affine) {
                let y = point.y;
                unsafe { $negate(&mut point.y, &y, true) };
            }

            pub fn add(a: &Projective, b: &Projective) -> Projective {
                let mut out = Projective::default();
                unsafe { $add(&mut out, a, b) };
                out
            }

            pub fn double(a: &Projective) -> Projective {
                let mut out = Projective::default();
                unsafe { $double(&mut out, a) };
                out
            }

            pub fn to_affine(points: &[Projective]) -> Vec<Affine> {
                <$many>::from(points).as_slice().to_vec()
            }

            pub fn serialize(point: &Affine, out: &mut [u8; BYTES]) {
                unsafe { $serialize(out.as_mut_ptr(), point) };
            }
        }
    };
}

group_operations!(
    g1,
    blst_p1_affine,
    blst_p1,
    blst_fp,
    p1_affines,
    96,
    blst_fp_mul,
    blst_fp_sqr,
    blst_fp_sub,
    blst_fp_eucl_inverse,
    blst_fp_cneg,
    blst_p1_add_or_double,
    blst_p1_double,
    blst_p1_affine_serialize
);
group_operations!(
    g2,
    blst_p2_affine,
    blst_p2,
    blst_fp2,
    p2_affines,
    192,
    blst_fp2_mul,
    blst_fp2_sqr,
    blst_fp2_sub,
    blst_fp2_eucl_inverse,
    blst_fp2_cneg,
    blst_p2_add_or_double,
    blst_p2_double,
    blst_p2_affine_serialize
);

macro_rules! fixed_base {
    ($(#[$doc:meta])* $name:ident, $ops:ident) => {
        $(#[$doc])*
        pub struct $name {
            width: usize,
            positions: usize,
            multiples: Vec<$ops::Affine>,
        }

        impl $name {
            /// Bytes of one point, uncompressed.
            pub const BYTES: usize = $ops::BYTES;

            /// Builds the tables for digits of `width` bits.
            pub fn new(base: $ops::Projective, width: usize) -> Self {
                let positions = (SCALAR_BITS + width) / width;
                let next = |p: &$ops::Projective| Some((0..width).fold(*p, |q, _| $ops::double(&q)));
                let bases: Vec<_> = std::iter::successors(Some(base), next).take(positions).collect();
                let multiples = bases
                    .par_iter()
                    .flat_map_iter(|base| {
                        let steps = std::iter::successors(Some(*base), |p| Some($ops::add(p, base)));
                        let row: Vec<_> = steps.take(1 << (width - 1)).collect();
                        $ops::to_affine(&row)
                    })
                    .collect();
                Self { width, positions, multiples }
            }

            /// `digit` times 2^{width·position} times the base; `digit` is not zero.
            fn multiple(&self, position: usize, digit: i32) -> $ops::Affine {
                let row = position << (self.width - 1);
                let mut point = self.multiples[row + digit.unsigned_abs() as usize - 1];
                if digit < 0 {
                    $ops::negate(&mut point);
                }
                point
            }

            /// Serialised products, end to end. No scalar may be zero.
            fn block(&self, scalars: &[Scalar]) -> Vec<u8> {
                let mut digits = vec![0i32; self.positions * scalars.len()];
                for (scalar, row) in scalars.iter().zip(digits.chunks_mut(self.positions)) {
                    signed_digits(scalar, self.width, row);
                }
                let mut sums: Vec<Option<$ops::Affine>> = vec![None; scalars.len()];
                for position in 0..self.positions {
                    let mut pending = Vec::with_capacity(scalars.len());
                    for (i, sum) in sums.iter_mut().enumerate() {
                        let digit = digits[i * self.positions + position];
                        if digit == 0 {
                            continue;
                        }
                        let point = self.multiple(position, digit);
                        match sum {
                            None => *sum = Some(point),
                            Some(_) => pending.push((i, point)),
                        }
                    }
                    Self::add_all(&mut sums, &pending);
                }
                let mut bytes = Vec::with_capacity(Self::BYTES * scalars.len());
                for sum in &sums {
                    let point = sum.expect("a zero scalar has no affine product");
                    let mut out = [0u8; $ops::BYTES];
                    $ops::serialize(&point, &mut out);
                    bytes.extend_from_slice(&out);
                }
                bytes
            }

            /// Adds each pending point to its sum, all with one inversion.
            fn add_all(sums: &mut [Option<$ops::Affine>], pending: &[(usize, $ops::Affine)]) {
                if pending.is_empty() {
                    return;
                }
                let mut differences = Vec::with_capacity(pending.len());
                let mut products = Vec::with_capacity(pending.len());
                for (i, point) in pending {
                    let sum = sums[*i].expect("pending sums have a first point");
                    let difference = $ops::sub(&point.x, &sum.x);
                    assert!(difference != $ops::Coordinate::default(), "equal or opposite points in an addition");
                    let product = match products.last() {
                        Some(last) => $ops::mul(last, &difference),
                        None => difference,
                    };
                    differences.push(difference);
                    products.push(product);
                }
                let mut inverse = $ops::invert(&products[products.len() - 1]);
                for k in (0..pending.len()).rev() {
                    let this = if k == 0 { inverse } else { $ops::mul(&inverse, &products[k - 1]) };
                    inverse = $ops::mul(&inverse, &differences[k]);
                    let (i, point) = &pending[k];
                    let mut sum = sums[*i].expect("pending sums have a first point");
                    let slope = $ops::mul(&$ops::sub(&point.y, &sum.y), &this);
                    let x = $ops::sub(&$ops::sub(&$ops::square(&slope), &sum.x), &point.x);
                    let y = $ops::sub(&$ops::mul(&slope, &$ops::sub(&sum.x, &x)), &sum.y);
                    sum.x = x;
                    sum.y = y;
                    sums[*i] = Some(sum);
                }
            }

            /// Multiplies the base by every scalar on all cores and hands over the points, uncompressed, in order, a slab
            /// at a time with the number of points in it.
            pub fn multiply<E>(
                &self,
                scalars: &[Scalar],
                mut take: impl FnMut(&[u8], usize) -> Result<(), E>,
            ) -> Result<(), E> {
                let slab = BLOCK * BLOCKS_PER_SLAB * rayon::current_num_threads();
                for scalars in scalars.chunks(slab) {
                    let blocks: Vec<Vec<u8>> = scalars.par_chunks(BLOCK).map(|block| self.block(block)).collect();
                    take(&blocks.concat(), scalars.len())?;
                }
                Ok(())
            }
        }
    };
}

fixed_base!(
    /// Tables for a base in G1.
    FixedBaseG1,
    g1
);
fixed_base!(
    /// Tables for a base in G2.
    FixedBaseG2,
    g2
);

#[cfg(test)]
mod tests {
    use super::*;
    use blstrs::{G1Affine, G1Projective, G2Affine, G2Projective};
    use ff::Field;
    use group::{Curve, Group};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    #[test]
    fn products_are_those_of_plain_multiplication() {
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let (base1, base2) = (G1Projective::random(&mut rng), G2Projective::random(&mut rng));
        let mut scalars: Vec<Scalar> = (0..100).map(|_| Scalar::random(&mut rng)).collect();
        scalars.extend([Scalar::ONE, -Scalar::ONE, Scalar::from(1u64 << 40)]);
        let (mut bytes1, mut bytes2) = (Vec::new(), Vec::new());
        let take = |out: &mut Vec<u8>, slab: &[u8]| {
            out.extend_from_slice(slab);
            Ok::<(), ()>(())
        };
        FixedBaseG1::new(*base1.as_ref(), 6).multiply(&scalars, |slab, _| take(&mut bytes1, slab)).unwrap();
        FixedBaseG2::new(*base2.as_ref(), 5).multiply(&scalars, |slab, _| take(&mut bytes2, slab)).unwrap();
        for (i, scalar) in scalars.iter().enumerate() {
            let point1: [u8; 96] = bytes1[i * 96..(i + 1) * 96].try_into().unwrap();
            assert_eq!(G1Affine::from_uncompressed(&point1).unwrap(), (base1 * scalar).to_affine());
            let point2: [u8; 192] = bytes2[i * 192..(i + 1) * 192].try_into().unwrap();
            assert_eq!(G2Affine::from_uncompressed(&point2).unwrap(), (base2 * scalar).to_affine());
        }
    }
}

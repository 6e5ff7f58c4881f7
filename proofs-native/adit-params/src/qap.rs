//! The circuit as polynomials, evaluated at τ.
//!
//! Two passes over the same circuit: the first only counts, which fixes the domain; the second adds every constraint's
//! coefficients, weighted by its Lagrange coefficient L_j(τ), to the running sums of the variables it names. Memory is
//! three scalars per variable and one per domain point, whatever the constraints look like.

use bellperson::{Circuit, ConstraintSystem, Index, LinearCombination, SynthesisError, Variable};
use blstrs::Scalar;
use ff::{Field, PrimeField};
use rayon::prelude::*;

/// Scalars that one task works on.
const CHUNK: usize = 1 << 14;

/// How large a circuit is. The constant-one input counts as an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub constraints: usize,
    pub inputs: usize,
    pub aux: usize,
}

impl Shape {
    /// The evaluation domain: the constraints and one extra per input, up to a power of two.
    pub fn domain(&self) -> usize {
        (self.constraints + self.inputs).next_power_of_two()
    }
}

/// A_i(τ), B_i(τ), C_i(τ) of one variable.
pub type Evaluation = [Scalar; 3];

/// All variables' polynomials at τ.
pub struct Evaluated {
    pub inputs: Vec<Evaluation>,
    pub aux: Vec<Evaluation>,
}

/// First pass.
pub fn count<C: Circuit<Scalar>>(circuit: C) -> Result<Shape, SynthesisError> {
    let mut counter = Accumulator::counting();
    counter.alloc_input(|| "", || Ok(Scalar::ONE))?;
    circuit.synthesize(&mut counter)?;
    Ok(counter.shape)
}

/// Second pass.
pub fn evaluate<C: Circuit<Scalar>>(circuit: C, shape: Shape, tau: Scalar) -> Result<Evaluated, SynthesisError> {
    let lagrange = lagrange_at(tau, shape.domain());
    let mut sums = Accumulator::adding(&lagrange, shape);
    sums.alloc_input(|| "", || Ok(Scalar::ONE))?;
    circuit.synthesize(&mut sums)?;
    assert_eq!(sums.shape, shape, "a circuit must synthesise to the same shape twice");
    // One constraint `input · 0 = 0` per input makes the input polynomials linearly independent.
    let Accumulator { mut inputs, aux, .. } = sums;
    for (i, input) in inputs.iter_mut().enumerate() {
        input[0] += lagrange[shape.constraints + i];
    }
    Ok(Evaluated { inputs, aux })
}

/// τ^d − 1, the polynomial that vanishes on the domain, at τ.
pub fn vanishing_at(tau: Scalar, domain: usize) -> Scalar {
    tau.pow_vartime([domain as u64]) - Scalar::ONE
}

/// L_j(τ) for every point of the domain: (τ^d − 1)/d · ω^j/(τ − ω^j), with one inversion per chunk.
fn lagrange_at(tau: Scalar, domain: usize) -> Vec<Scalar> {
    let mut omega = Scalar::ROOT_OF_UNITY;
    for _ in domain.trailing_zeros()..Scalar::S {
        omega = omega.square();
    }
    let factor = vanishing_at(tau, domain) * invert(Scalar::from(domain as u64));
    let mut coefficients = vec![Scalar::ZERO; domain];
    coefficients.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, out)| {
        let first = omega.pow_vartime([(chunk * CHUNK) as u64]);
        let points: Vec<Scalar> = std::iter::successors(Some(first), |w| Some(*w * omega)).take(out.len()).collect();
        let mut product = Scalar::ONE;
        let before: Vec<Scalar> = points
            .iter()
            .map(|point| {
                let so_far = product;
                product *= tau - *point;
                so_far
            })
            .collect();
        let mut inverse = invert(product);
        for j in (0..out.len()).rev() {
            out[j] = factor * points[j] * inverse * before[j];
            inverse *= tau - points[j];
        }
    });
    coefficients
}

/// τ is drawn at random from 2^255 numbers: a zero here means a broken generator, not bad luck.
fn invert(scalar: Scalar) -> Scalar {
    Option::from(scalar.invert()).expect("a secret number is zero or a root of unity")
}

/// What the circuit sees as its constraint system, in either pass.
struct Accumulator<'a> {
    lagrange: Option<&'a [Scalar]>,
    shape: Shape,
    inputs: Vec<Evaluation>,
    aux: Vec<Evaluation>,
}

impl<'a> Accumulator<'a> {
    fn counting() -> Self {
        let shape = Shape { constraints: 0, inputs: 0, aux: 0 };
        Accumulator { lagrange: None, shape, inputs: Vec::new(), aux: Vec::new() }
    }

    fn adding(lagrange: &'a [Scalar], expected: Shape) -> Self {
        Accumulator {
            lagrange: Some(lagrange),
            inputs: Vec::with_capacity(expected.inputs),
            aux: Vec::with_capacity(expected.aux),
            ..Self::counting()
        }
    }

    fn add(&mut self, side: usize, sum: LinearCombination<Scalar>, weight: Scalar) {
        for (variable, coefficient) in sum.iter() {
            let target = match variable.get_unchecked() {
                Index::Input(i) => &mut self.inputs[i][side],
                Index::Aux(i) => &mut self.aux[i][side],
            };
            *target += *coefficient * weight;
        }
    }
}

impl ConstraintSystem<Scalar> for Accumulator<'_> {
    type Root = Self;

    fn alloc<F, A, AR>(&mut self, _: A, _: F) -> Result<Variable, SynthesisError>
    where
        F: FnOnce() -> Result<Scalar, SynthesisError>,
        A: FnOnce() -> AR,
        AR: Into<String>,
    {
        if self.lagrange.is_some() {
            self.aux.push([Scalar::ZERO; 3]);
        }
        self.shape.aux += 1;
        Ok(Variable::new_unchecked(Index::Aux(self.shape.aux - 1)))
    }

    fn alloc_input<F, A, AR>(&mut self, _: A, _: F) -> Result<Variable, SynthesisError>
    where
        F: FnOnce() -> Result<Scalar, SynthesisError>,
        A: FnOnce() -> AR,
        AR: Into<String>,
    {
        if self.lagrange.is_some() {
            self.inputs.push([Scalar::ZERO; 3]);
        }
        self.shape.inputs += 1;
        Ok(Variable::new_unchecked(Index::Input(self.shape.inputs - 1)))
    }

    fn enforce<A, AR, LA, LB, LC>(&mut self, _: A, a: LA, b: LB, c: LC)
    where
        A: FnOnce() -> AR,
        AR: Into<String>,
        LA: FnOnce(LinearCombination<Scalar>) -> LinearCombination<Scalar>,
        LB: FnOnce(LinearCombination<Scalar>) -> LinearCombination<Scalar>,
        LC: FnOnce(LinearCombination<Scalar>) -> LinearCombination<Scalar>,
    {
        if let Some(lagrange) = self.lagrange {
            let weight = lagrange[self.shape.constraints];
            self.add(0, a(LinearCombination::zero()), weight);
            self.add(1, b(LinearCombination::zero()), weight);
            self.add(2, c(LinearCombination::zero()), weight);
        }
        self.shape.constraints += 1;
    }

    fn push_namespace<NR, N>(&mut self, _: N)
    where
        NR: Into<String>,
        N: FnOnce() -> NR,
    {
    }

    fn pop_namespace(&mut self) {}

    fn get_root(&mut self) -> &mut Self::Root {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lagrange_coefficients_interpolate() {
        let (tau, domain) = (Scalar::from(123_456_789u64), 1usize << 15);
        let coefficients = lagrange_at(tau, domain);
        let sum: Scalar = coefficients.iter().sum();
        assert_eq!(sum, Scalar::ONE, "the constant one");
        let mut omega = Scalar::ROOT_OF_UNITY;
        for _ in domain.trailing_zeros()..Scalar::S {
            omega = omega.square();
        }
        let points = std::iter::successors(Some(Scalar::ONE), |w| Some(*w * omega));
        let identity: Scalar = coefficients.iter().zip(points).map(|(l, x)| *l * x).sum();
        assert_eq!(identity, tau, "the polynomial x");
    }
}

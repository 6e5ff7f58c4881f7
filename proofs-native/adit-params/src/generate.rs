//! From a circuit to its three files.

use crate::circuits::{key_bytes, Parameterised};
use crate::files::{is_complete, write_new, NewFile};
use crate::fixed_base::{FixedBaseG1, FixedBaseG2};
use crate::progress::{Progress, G2_COST};
use crate::qap::{vanishing_at, Evaluation, Shape};
use crate::secrets::Secrets;
use anyhow::Result;
use bellperson::groth16::VerifyingKey;
use blstrs::{Bls12, G1Affine, Scalar};
use ff::Field;
use group::Curve;
use rayon::prelude::*;
use std::io::Write;
use std::path::Path;

/// Digit widths of the tables: 13 bits of G1 are 7.9 MB and stay in cache, as do 12 bits of G2.
const WIDTH_G1: usize = 13;
const WIDTH_G2: usize = 12;
const CHUNK: usize = 1 << 14;

/// What a circuit will cost before its densities are known: nearly every variable occurs on some left side, about a
/// quarter on a right side.
pub fn planned_work(shape: &Shape) -> u64 {
    let (domain, variables) = (shape.domain() as u64, (shape.aux + shape.inputs) as u64);
    domain + 2 * variables + (1 + G2_COST) * variables / 4
}

/// Makes the files unless they are there already.
pub fn make<W: Write>(
    directory: &Path,
    circuit: &Parameterised,
    shape: Shape,
    progress: &mut Progress<W>,
) -> Result<()> {
    let name = circuit.params_file();
    if is_complete(directory, circuit) {
        progress.correct(planned_work(&shape), 0);
        progress.file_done(&name, true);
        return Ok(());
    }
    let secrets = Secrets::of(&circuit.identifier);
    let evaluated = circuit.evaluate(shape, &secrets)?;
    let (inputs, aux) = (evaluated.inputs, evaluated.aux);
    let side = |k: usize| -> Vec<Scalar> {
        inputs.iter().chain(&aux).map(|v| v[k]).filter(|s| !s.is_zero_vartime()).collect()
    };
    let (a, b) = (side(0), side(1));
    let exact = shape.domain() + aux.len() + a.len() + (1 + G2_COST as usize) * b.len();
    progress.correct(planned_work(&shape), exact as u64);

    let g1 = FixedBaseG1::new(*secrets.g1.as_ref(), WIDTH_G1);
    let g2 = FixedBaseG2::new(*secrets.g2.as_ref(), WIDTH_G2);
    let key = verifying_key(&secrets, &g1, &inputs)?;
    let key = key_bytes(&key)?;

    let mut file = NewFile::create(directory, &name)?;
    file.write(&key)?;
    let mut put_g1 = |file: &mut NewFile, scalars: &[Scalar]| -> Result<()> {
        file.count(scalars.len())?;
        g1.multiply(scalars, |points, count| {
            progress.add(&name, count as u64);
            file.write(points)
        })
    };
    put_g1(&mut file, &powers(&secrets, shape.domain()))?;
    put_g1(&mut file, &extended(&secrets, &aux, secrets.delta)?)?;
    put_g1(&mut file, &a)?;
    put_g1(&mut file, &b)?;
    file.count(b.len())?;
    g2.multiply(&b, |points, count| {
        progress.add(&name, G2_COST * count as u64);
        file.write(points)
    })?;
    file.finish()?;
    write_new(directory, &circuit.key_file(), &key)?;
    write_new(directory, &circuit.meta_file(), circuit.meta().as_bytes())?;
    progress.file_done(&name, false);
    Ok(())
}

fn verifying_key(secrets: &Secrets, g1: &FixedBaseG1, inputs: &[Evaluation]) -> Result<VerifyingKey<Bls12>> {
    let mut points = Vec::new();
    g1.multiply(&extended(secrets, inputs, secrets.gamma)?, |bytes, _| -> Result<()> {
        points.extend_from_slice(bytes);
        Ok(())
    })?;
    let ic = points
        .chunks(FixedBaseG1::BYTES)
        .map(|bytes| {
            let bytes = bytes.try_into()?;
            Option::from(G1Affine::from_uncompressed(bytes)).ok_or_else(|| anyhow::anyhow!("a made point is not valid"))
        })
        .collect::<Result<Vec<G1Affine>>>()?;
    let s = secrets;
    Ok(VerifyingKey {
        alpha_g1: (s.g1 * s.alpha).to_affine(),
        beta_g1: (s.g1 * s.beta).to_affine(),
        beta_g2: (s.g2 * s.beta).to_affine(),
        gamma_g2: (s.g2 * s.gamma).to_affine(),
        delta_g1: (s.g1 * s.delta).to_affine(),
        delta_g2: (s.g2 * s.delta).to_affine(),
        ic,
    })
}

/// (β·A_i + α·B_i + C_i) / divisor of each variable; all must be other than zero, which means every variable is used.
fn extended(secrets: &Secrets, variables: &[Evaluation], divisor: Scalar) -> Result<Vec<Scalar>> {
    let inverse: Scalar = Option::from(divisor.invert()).ok_or_else(|| anyhow::anyhow!("a secret number is zero"))?;
    let scalars: Vec<Scalar> =
        variables.par_iter().map(|[a, b, c]| (*a * secrets.beta + *b * secrets.alpha + *c) * inverse).collect();
    anyhow::ensure!(!scalars.iter().any(|s| s.is_zero_vartime()), "the circuit has an unconstrained variable");
    Ok(scalars)
}

/// τ^j·(τ^d − 1)/δ for j below d − 1.
fn powers(secrets: &Secrets, domain: usize) -> Vec<Scalar> {
    let inverse = secrets.delta.invert().unwrap_or(Scalar::ZERO);
    let coefficient = vanishing_at(secrets.tau, domain) * inverse;
    let mut scalars = vec![Scalar::ZERO; domain - 1];
    scalars.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, out)| {
        let mut power = secrets.tau.pow_vartime([(chunk * CHUNK) as u64]) * coefficient;
        for scalar in out {
            *scalar = power;
            power *= secrets.tau;
        }
    });
    scalars
}

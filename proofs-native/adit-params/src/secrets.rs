//! The five secret numbers of a trusted setup and the two generators, derived from the circuit's name: anyone can
//! recompute them, which is what makes these parameters reproducible and worthless as protection.

use blstrs::{G1Projective, G2Projective, Scalar};
use ff::Field;
use group::Group;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};

/// Part of every seed, so that nobody takes these for real ones.
const DOMAIN: &str = "insecure-devnet-params";

pub struct Secrets {
    pub g1: G1Projective,
    pub g2: G2Projective,
    pub alpha: Scalar,
    pub beta: Scalar,
    pub gamma: Scalar,
    pub delta: Scalar,
    pub tau: Scalar,
}

/// A generator of randomness that depends on the name alone.
pub fn rng(name: &str) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(Sha256::digest(format!("{DOMAIN}/{name}").as_bytes()).into())
}

impl Secrets {
    /// The order of the draws is part of the format: a change gives other keys.
    pub fn of(circuit: &str) -> Self {
        let mut rng = rng(circuit);
        let g1 = G1Projective::random(&mut rng);
        let g2 = G2Projective::random(&mut rng);
        let [alpha, beta, gamma, delta, tau] = std::array::from_fn(|_| Scalar::random(&mut rng));
        Secrets { g1, g2, alpha, beta, gamma, delta, tau }
    }
}

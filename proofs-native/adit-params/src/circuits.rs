//! Which circuits a sector size needs, and their names.
//!
//! One PoRep circuit serves the standard, synthetic and non-interactive proofs of a size, and one window circuit all
//! versions of window PoSt. Sizes up to 512 MiB share the base tree shape; larger ones are for real networks only.

use anyhow::{bail, Result};
use bellperson::groth16::{self, VerifyingKey};
use bellperson::{Circuit, SynthesisError};
use blstrs::{Bls12, Scalar};
use filecoin_proofs::constants::{
    DefaultPieceHasher, SectorShapeBase, WINDOW_POST_CHALLENGE_COUNT, WINDOW_POST_SECTOR_COUNT,
    WINNING_POST_CHALLENGE_COUNT, WINNING_POST_SECTOR_COUNT,
};
use filecoin_proofs::parameters::{public_params, window_post_public_params, winning_post_public_params};
use filecoin_proofs::types::{PoRepConfig, PoStConfig, SectorSize};
use filecoin_proofs::PoStType;
use storage_proofs_core::api_version::ApiVersion;
use storage_proofs_core::compound_proof::CompoundProof;
use storage_proofs_core::parameter_cache::{metadata_id, parameter_id, verifying_key_id, CacheableParameters};
use storage_proofs_porep::stacked::{self, StackedCircuit, StackedCompound, StackedDrg};
use storage_proofs_post::fallback::{self, FallbackPoSt, FallbackPoStCircuit, FallbackPoStCompound};
use storage_proofs_update::{
    circuit::EmptySectorUpdateCircuit, compound::EmptySectorUpdateCompound, EmptySectorUpdate, PublicParams,
};

use crate::qap::{self, Evaluated, Shape};
use crate::secrets::Secrets;

type Tree = SectorShapeBase;

/// Sector sizes that devnet parameters can be made for.
pub const SECTOR_SIZES: [(&str, u64); 3] = [("2KiB", 2 << 10), ("8MiB", 8 << 20), ("512MiB", 512 << 20)];

/// The sector size with this name or number of bytes.
pub fn sector_size(text: &str) -> Result<u64> {
    let known = SECTOR_SIZES.iter().find(|(name, bytes)| text == *name || text == bytes.to_string());
    match known {
        Some((_, bytes)) => Ok(*bytes),
        None => bail!("sector size '{text}': devnet parameters are made for 2KiB, 8MiB and 512MiB"),
    }
}

/// What a circuit proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Winning,
    Window,
    PoRep,
    Update,
}

impl Kind {
    /// What sealing and proving a deal needs.
    pub const DEAL: [Kind; 3] = [Kind::Winning, Kind::Window, Kind::PoRep];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Winning => "winning",
            Kind::Window => "window",
            Kind::PoRep => "porep",
            Kind::Update => "update",
        }
    }
}

/// A circuit for one sector size.
pub struct Parameterised {
    pub kind: Kind,
    pub sector_size: u64,
    /// The library's name for the circuit; also what its secrets are derived from.
    pub identifier: String,
}

/// Work over a circuit whose type differs by kind.
trait Work {
    type Output;
    fn on<C: Circuit<Scalar>>(self, circuit: C) -> Self::Output;
}

impl Parameterised {
    pub fn new(kind: Kind, sector_size: u64) -> Result<Self> {
        let identifier = match kind {
            Kind::Winning | Kind::Window => {
                type P = FallbackPoStCompound<Tree>;
                <P as CacheableParameters<FallbackPoStCircuit<Tree>, fallback::PublicParams>>::cache_identifier(
                    &post_params(kind, sector_size)?,
                )
            }
            Kind::PoRep => {
                type P = StackedCompound<Tree, DefaultPieceHasher>;
                type C = StackedCircuit<Tree, DefaultPieceHasher>;
                <P as CacheableParameters<C, stacked::PublicParams<Tree>>>::cache_identifier(&porep_params(
                    sector_size,
                )?)
            }
            Kind::Update => {
                type P = EmptySectorUpdateCompound<Tree>;
                <P as CacheableParameters<EmptySectorUpdateCircuit<Tree>, PublicParams>>::cache_identifier(
                    &PublicParams::from_sector_size(sector_size),
                )
            }
        };
        Ok(Parameterised { kind, sector_size, identifier })
    }

    pub fn params_file(&self) -> String {
        parameter_id(&self.identifier)
    }

    pub fn key_file(&self) -> String {
        verifying_key_id(&self.identifier)
    }

    pub fn meta_file(&self) -> String {
        metadata_id(&self.identifier)
    }

    /// The content of the `.meta` file.
    pub fn meta(&self) -> String {
        format!("{{\"sector_size\":{}}}", self.sector_size)
    }

    pub fn count(&self) -> Result<Shape> {
        struct Count;
        impl Work for Count {
            type Output = Result<Shape, SynthesisError>;
            fn on<C: Circuit<Scalar>>(self, circuit: C) -> Self::Output {
                qap::count(circuit)
            }
        }
        Ok(self.with_circuit(Count)??)
    }

    pub fn evaluate(&self, shape: Shape, secrets: &Secrets) -> Result<Evaluated> {
        struct Evaluate<'a>(Shape, &'a Secrets);
        impl Work for Evaluate<'_> {
            type Output = Result<Evaluated, SynthesisError>;
            fn on<C: Circuit<Scalar>>(self, circuit: C) -> Self::Output {
                qap::evaluate(circuit, self.0, self.1.tau)
            }
        }
        Ok(self.with_circuit(Evaluate(shape, secrets))??)
    }

    /// The same parameters by the general-purpose generator, for comparison.
    pub fn generate_stock(&self, secrets: &Secrets) -> Result<groth16::Parameters<Bls12>> {
        struct Stock<'a>(&'a Secrets);
        impl Work for Stock<'_> {
            type Output = Result<groth16::Parameters<Bls12>, SynthesisError>;
            fn on<C: Circuit<Scalar>>(self, circuit: C) -> Self::Output {
                let s = self.0;
                groth16::generate_parameters(circuit, s.g1, s.g2, s.alpha, s.beta, s.gamma, s.delta, s.tau)
            }
        }
        Ok(self.with_circuit(Stock(secrets))??)
    }

    fn with_circuit<W: Work>(&self, work: W) -> Result<W::Output> {
        Ok(match self.kind {
            Kind::Winning | Kind::Window => {
                let params = post_params(self.kind, self.sector_size)?;
                type P = FallbackPoStCompound<Tree>;
                work.on(<P as CompoundProof<FallbackPoSt<Tree>, FallbackPoStCircuit<Tree>>>::blank_circuit(&params))
            }
            Kind::PoRep => {
                let params = porep_params(self.sector_size)?;
                type P = StackedCompound<Tree, DefaultPieceHasher>;
                type S<'a> = StackedDrg<'a, Tree, DefaultPieceHasher>;
                type C = StackedCircuit<Tree, DefaultPieceHasher>;
                work.on(<P as CompoundProof<S, C>>::blank_circuit(&params))
            }
            Kind::Update => {
                let params = PublicParams::from_sector_size(self.sector_size);
                type P = EmptySectorUpdateCompound<Tree>;
                type C = EmptySectorUpdateCircuit<Tree>;
                work.on(<P as CompoundProof<EmptySectorUpdate<Tree>, C>>::blank_circuit(&params))
            }
        })
    }
}

/// A verifying key's bytes as in the `.vk` file and at the start of the `.params` file.
pub fn key_bytes(key: &VerifyingKey<Bls12>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    key.write(&mut bytes)?;
    Ok(bytes)
}

fn post_params(kind: Kind, sector_size: u64) -> Result<fallback::PublicParams> {
    let winning = kind == Kind::Winning;
    let window_sectors = || -> Result<usize> {
        let counts = WINDOW_POST_SECTOR_COUNT.read().map_err(|_| anyhow::anyhow!("sector counts are poisoned"))?;
        counts.get(&sector_size).copied().ok_or_else(|| anyhow::anyhow!("no window PoSt for {sector_size} bytes"))
    };
    let config = PoStConfig {
        sector_size: SectorSize(sector_size),
        challenge_count: if winning { WINNING_POST_CHALLENGE_COUNT } else { WINDOW_POST_CHALLENGE_COUNT },
        sector_count: if winning { WINNING_POST_SECTOR_COUNT } else { window_sectors()? },
        typ: if winning { PoStType::Winning } else { PoStType::Window },
        priority: true,
        api_version: ApiVersion::V1_1_0,
    };
    if winning {
        winning_post_public_params::<Tree>(&config)
    } else {
        window_post_public_params::<Tree>(&config)
    }
}

fn porep_params(sector_size: u64) -> Result<stacked::PublicParams<Tree>> {
    // The porep id seeds the graph, which the circuit does not contain.
    public_params::<Tree>(&PoRepConfig::new_groth16(sector_size, [0; 32], ApiVersion::V1_1_0))
}

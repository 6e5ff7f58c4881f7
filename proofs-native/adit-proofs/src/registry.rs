//! The chain's numbers for proof types, and the library's names for them.
//!
//! The numbers are those of the built-in actors. The names differ: the chain's `StackedDRGWindow2KiBV1P1` (10) is the
//! library's `StackedDrgWindow2KiBV1_2`. So each number is written out here and none is cast.

use crate::{Failure, Outcome};
use filecoin_proofs_api::{PoStType, RegisteredPoStProof, RegisteredSealProof};

/// Seal proof for the chain's `RegisteredSealProof` number.
pub fn seal_proof(number: u64) -> Outcome<RegisteredSealProof> {
    use RegisteredSealProof::*;
    Ok(match number {
        0 => StackedDrg2KiBV1,
        1 => StackedDrg8MiBV1,
        2 => StackedDrg512MiBV1,
        3 => StackedDrg32GiBV1,
        4 => StackedDrg64GiBV1,
        5 => StackedDrg2KiBV1_1,
        6 => StackedDrg8MiBV1_1,
        7 => StackedDrg512MiBV1_1,
        8 => StackedDrg32GiBV1_1,
        9 => StackedDrg64GiBV1_1,
        10 => StackedDrg2KiBV1_1_Feat_SyntheticPoRep,
        11 => StackedDrg8MiBV1_1_Feat_SyntheticPoRep,
        12 => StackedDrg512MiBV1_1_Feat_SyntheticPoRep,
        13 => StackedDrg32GiBV1_1_Feat_SyntheticPoRep,
        14 => StackedDrg64GiBV1_1_Feat_SyntheticPoRep,
        15 => StackedDrg2KiBV1_2_Feat_NonInteractivePoRep,
        16 => StackedDrg8MiBV1_2_Feat_NonInteractivePoRep,
        17 => StackedDrg512MiBV1_2_Feat_NonInteractivePoRep,
        18 => StackedDrg32GiBV1_2_Feat_NonInteractivePoRep,
        19 => StackedDrg64GiBV1_2_Feat_NonInteractivePoRep,
        _ => return Err(Failure::invalid(format!("unknown registered seal proof {number} (known: 0 to 19)"))),
    })
}

/// PoSt proof for the chain's `RegisteredPoStProof` number.
pub fn post_proof(number: u64) -> Outcome<RegisteredPoStProof> {
    use RegisteredPoStProof::*;
    Ok(match number {
        0 => StackedDrgWinning2KiBV1,
        1 => StackedDrgWinning8MiBV1,
        2 => StackedDrgWinning512MiBV1,
        3 => StackedDrgWinning32GiBV1,
        4 => StackedDrgWinning64GiBV1,
        5 => StackedDrgWindow2KiBV1,
        6 => StackedDrgWindow8MiBV1,
        7 => StackedDrgWindow512MiBV1,
        8 => StackedDrgWindow32GiBV1,
        9 => StackedDrgWindow64GiBV1,
        10 => StackedDrgWindow2KiBV1_2,
        11 => StackedDrgWindow8MiBV1_2,
        12 => StackedDrgWindow512MiBV1_2,
        13 => StackedDrgWindow32GiBV1_2,
        14 => StackedDrgWindow64GiBV1_2,
        _ => return Err(Failure::invalid(format!("unknown registered PoSt proof {number} (known: 0 to 14)"))),
    })
}

/// A window PoSt type, or an error that names the number.
pub fn window_proof(number: u64) -> Outcome<RegisteredPoStProof> {
    typed(number, PoStType::Window, "window")
}

/// A winning PoSt type, or an error that names the number.
pub fn winning_proof(number: u64) -> Outcome<RegisteredPoStProof> {
    typed(number, PoStType::Winning, "winning")
}

fn typed(number: u64, wanted: PoStType, name: &str) -> Outcome<RegisteredPoStProof> {
    let proof = post_proof(number)?;
    if proof.typ() != wanted {
        return Err(Failure::invalid(format!("registered PoSt proof {number} is not a {name} PoSt type")));
    }
    Ok(proof)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seal_number_keeps_its_place_in_the_porep_id() {
        for number in 0..20u64 {
            let proof = seal_proof(number).unwrap();
            assert_eq!(proof.as_v1_config().porep_id[..8], number.to_le_bytes());
        }
        assert!(seal_proof(20).is_err());
    }

    #[test]
    fn post_numbers_name_type_and_size() {
        for number in 0..15u64 {
            let proof = post_proof(number).unwrap();
            let sizes = [2048u64, 8 << 20, 512 << 20, 32 << 30, 64 << 30];
            assert_eq!(u64::from(proof.sector_size()), sizes[(number % 5) as usize]);
            assert_eq!(winning_proof(number).is_ok(), number < 5);
            assert_eq!(window_proof(number).is_ok(), number >= 5);
        }
        assert!(post_proof(15).is_err());
    }

    /// The Java side names parameter files without loading the library; both must agree.
    #[test]
    fn parameter_names_are_the_official_ones() {
        let window = |number| post_proof(number).unwrap().circuit_identifier().unwrap();
        assert!(window(13).ends_with("8-8-0-0377ded656c6f524f1618760bffe4e0a1c51d5a70c4509eedae8a27555733edc"));
        assert!(window(14).ends_with("8-8-2-2627e4006b67f99cef990c0a47d5426cb7ab0a0ad58fc1061547bf2d28b09def"));
        assert!(window(3).ends_with("8-8-0-559e581f022bb4e4ec6e719e563bf0e026ad6de42e56c18714a2c692b1b88d7e"));
        assert!(window(4).ends_with("8-8-2-b62098629d07946e9028127e70295ed996fe3ed25b0f9f88eb610a0ab4385a3c"));
        assert!(window(10).ends_with("8-0-0-0170db1f394b35d995252228ee359194b13199d259380541dc529fb0099096b0"));
    }
}

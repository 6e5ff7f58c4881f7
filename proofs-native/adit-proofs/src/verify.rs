//! Verification of proofs that anyone may have sent.
//!
//! The library answers malformed bytes with an error, the same way as a missing verifying key. A verifier must tell them
//! apart: the first is the sender's fault and means *false*, the second is this machine's and must never look like a
//! verdict. So everything an adversary chooses is decoded here first; what then still fails is an error.

use crate::seal::{Aggregated, Sector};
use crate::{prover_id, registry, Commitment, Failure, Outcome, Ticket};
use bellperson::groth16::{aggregate::AggregateProof, Proof};
use blstrs::{Bls12, Scalar};
use ff::PrimeField;
use filecoin_proofs_api::{post, seal, PublicReplicaInfo, RegisteredAggregationProof, RegisteredPoStProof, SectorId};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Bytes of one Groth16 proof over BLS12-381 (A and C in G1, B in G2, compressed).
pub const PROOF_BYTES: usize = 192;

/// Whether these bytes are `count` Groth16 proofs: points on the curve, in the right subgroup.
fn is_well_formed(proof: &[u8], count: usize) -> bool {
    proof.len() == count * PROOF_BYTES && Proof::<Bls12>::read_many(proof, count).is_ok()
}

/// Whether these bytes are a field element other than zero, as every commitment must be.
fn is_commitment(bytes: &Commitment) -> bool {
    *bytes != [0; 32] && bool::from(Scalar::from_repr(*bytes).is_some())
}

pub fn verify_seal(
    proof_type: u64,
    sector: Sector,
    comm_r: Commitment,
    comm_d: Commitment,
    ticket: Ticket,
    seed: Ticket,
    proof: &[u8],
) -> Outcome<bool> {
    let registered = registry::seal_proof(proof_type)?;
    let non_interactive = (15..20).contains(&proof_type);
    if !is_commitment(&comm_r) || !is_commitment(&comm_d) {
        return Ok(false);
    }
    let partitions = usize::from(registered.partitions());
    let well_formed = if non_interactive {
        aggregates(proof, partitions)
    } else {
        seed != [0; 32] && is_well_formed(proof, partitions)
    };
    if !well_formed {
        return Ok(false);
    }
    Ok(seal::verify_seal(
        registered,
        comm_r,
        comm_d,
        prover_id(sector.miner),
        sector.number.into(),
        ticket,
        seed,
        proof,
    )?)
}

/// Whether the bytes parse as an aggregate of as many proofs as `count` pads to.
fn aggregates(bytes: &[u8], count: usize) -> bool {
    let parsed = catch_unwind(AssertUnwindSafe(|| AggregateProof::<Bls12>::read(Cursor::new(bytes))));
    match parsed {
        Ok(Ok(aggregate)) => {
            aggregate.tmipp.gipa.nproofs as usize == count.next_power_of_two().max(2)
                && aggregate.parsing_check().is_ok()
        }
        _ => false,
    }
}

pub fn verify_aggregate(proof_type: u64, miner: u64, seals: &[Aggregated], aggregate: &[u8]) -> Outcome<bool> {
    let registered = registry::seal_proof(proof_type)?;
    if seals.is_empty() {
        return Err(Failure::invalid("no seals to verify the aggregate against"));
    }
    let commitments_fit = seals.iter().all(|s| is_commitment(&s.comm_r) && is_commitment(&s.comm_d));
    if !commitments_fit || !aggregates(aggregate, seals.len() * usize::from(registered.partitions())) {
        return Ok(false);
    }
    let comm_rs: Vec<Commitment> = seals.iter().map(|s| s.comm_r).collect();
    let seeds: Vec<Ticket> = seals.iter().map(|s| s.seed).collect();
    let mut inputs = Vec::new();
    for s in seals {
        inputs.extend(seal::get_seal_inputs(
            registered,
            s.comm_r,
            s.comm_d,
            prover_id(miner),
            SectorId::from(s.number),
            s.ticket,
            s.seed,
        )?);
    }
    Ok(seal::verify_aggregate_seal_commit_proofs(
        registered,
        RegisteredAggregationProof::SnarkPackV2,
        aggregate.to_vec(),
        &comm_rs,
        &seeds,
        inputs,
    )?)
}

/// A sector as the chain knows it.
pub struct PublicReplica {
    pub number: u64,
    pub comm_r: Commitment,
}

pub fn verify_window(
    proof_type: u64,
    miner: u64,
    randomness: Ticket,
    replicas: &[PublicReplica],
    proof: &[u8],
) -> Outcome<bool> {
    let registered = registry::window_proof(proof_type)?;
    let Some(known) = public_replicas(registered, replicas)? else { return Ok(false) };
    let partitions = post::get_num_partition_for_fallback_post(registered, known.len())?;
    if !is_well_formed(proof, partitions) {
        return Ok(false);
    }
    let seed = crate::post::challenge_seed(randomness);
    Ok(post::verify_window_post(&seed, &[(registered, proof)], &known, prover_id(miner))?)
}

pub fn verify_winning(
    proof_type: u64,
    miner: u64,
    randomness: Ticket,
    replicas: &[PublicReplica],
    proof: &[u8],
) -> Outcome<bool> {
    let registered = registry::winning_proof(proof_type)?;
    let Some(known) = public_replicas(registered, replicas)? else { return Ok(false) };
    if !is_well_formed(proof, 1) {
        return Ok(false);
    }
    let seed = crate::post::challenge_seed(randomness);
    Ok(post::verify_winning_post(&seed, proof, &known, prover_id(miner))?)
}

/// The replicas as the library wants them; nothing when a commitment cannot be one. Repeated sectors count once, as in
/// the chain's verifier.
fn public_replicas(
    registered: RegisteredPoStProof,
    replicas: &[PublicReplica],
) -> Outcome<Option<BTreeMap<SectorId, PublicReplicaInfo>>> {
    if replicas.is_empty() {
        return Err(Failure::invalid("no sectors to verify the proof against"));
    }
    if !replicas.iter().all(|r| is_commitment(&r.comm_r)) {
        return Ok(None);
    }
    let known =
        replicas.iter().map(|r| (SectorId::from(r.number), PublicReplicaInfo::new(registered, r.comm_r))).collect();
    Ok(Some(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_proof_are_not_well_formed() {
        assert!(!is_well_formed(&[], 1));
        assert!(!is_well_formed(&[0; 192], 1));
        assert!(!is_well_formed(&[0xff; 192], 1));
        assert!(!is_well_formed(b"valid proof", 1));
        assert!(!aggregates(&[], 1));
        assert!(!aggregates(&[0xff; 20_000], 8));
    }

    #[test]
    fn commitments_are_field_elements_other_than_zero() {
        assert!(!is_commitment(&[0; 32]));
        assert!(!is_commitment(&[0xff; 32]));
        assert!(is_commitment(&[1; 32]));
    }

    #[test]
    fn unknown_proof_types_are_errors_not_verdicts() {
        let sector = Sector { miner: 1000, number: 1 };
        let verdict = verify_seal(99, sector, [1; 32], [1; 32], [1; 32], [1; 32], &[0; 192]);
        assert!(matches!(verdict, Err(Failure::InvalidInput(_))));
    }
}

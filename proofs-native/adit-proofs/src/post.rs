//! Proofs of spacetime: window PoSt over a partition's sectors, winning PoSt for a block.

use crate::{panic_message, prover_id, registry, Commitment, Failure, Outcome, Ticket};
use anyhow::{anyhow, ensure, Context};
use filecoin_hashers::poseidon::{PoseidonDomain, PoseidonHasher};
use filecoin_hashers::{Domain, HashFunction, Hasher};
use filecoin_proofs_api::{post, PrivateReplicaInfo, ProverId, RegisteredPoStProof, SectorId};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};

/// A sector and where its replica lies.
pub struct PrivateReplica {
    pub number: u64,
    pub comm_r: Commitment,
    pub cache: PathBuf,
    pub sealed: PathBuf,
}

/// Proof bytes (empty when no sector could be proven) and the sectors that could not, with the reason.
pub struct WindowProof {
    pub proof: Vec<u8>,
    pub faulty: Vec<(u64, String)>,
}

/// PoSt randomness as a field element: the chain clears the top two bits before it proves or verifies.
pub fn challenge_seed(randomness: Ticket) -> Ticket {
    let mut seed = randomness;
    seed[31] &= 0x3f;
    seed
}

/// Proves what can be proven. A sector whose files are missing, damaged or of another replica is reported, not fatal:
/// the rest of the partition must not lose its proof for it.
///
/// A panic is different. It may be the sector's fault or this process's (a setting that does not parse makes the library
/// panic at its first use, and at every later one), and a caught one may leave locks poisoned. So it ends the call and
/// names the sector, for a fresh process to try that one first: sectors are read in the order given.
pub fn window(proof_type: u64, miner: u64, randomness: Ticket, replicas: &[PrivateReplica]) -> Outcome<WindowProof> {
    let registered = registry::window_proof(proof_type)?;
    let (seed, prover) = (challenge_seed(randomness), prover_id(miner));
    by_number(replicas)?;
    let mut good: Vec<&PrivateReplica> = replicas.iter().collect();
    let mut faulty = BTreeMap::new();
    while !good.is_empty() {
        // Before FIP-0061 a sector's challenges depend on its place among the others: each round starts afresh.
        let round = vanilla_proofs(registered, &seed, prover, &good)?;
        if round.bad.is_empty() {
            let vanilla: Vec<Vec<u8>> = round.proofs.into_values().collect();
            let proofs = post::generate_window_post_with_vanilla(registered, &seed, prover, &vanilla)?;
            return Ok(WindowProof { proof: single(proofs)?, faulty: faulty.into_iter().collect() });
        }
        good.retain(|replica| !round.bad.contains_key(&replica.number));
        faulty.extend(round.bad);
    }
    Ok(WindowProof { proof: Vec::new(), faulty: faulty.into_iter().collect() })
}

pub fn winning_challenge(proof_type: u64, randomness: Ticket, miner: u64, eligible: u64) -> Outcome<Vec<u64>> {
    let registered = registry::winning_proof(proof_type)?;
    if eligible == 0 {
        return Err(Failure::invalid("no eligible sectors to choose from"));
    }
    let seed = challenge_seed(randomness);
    Ok(post::generate_winning_post_sector_challenge(registered, &seed, eligible, prover_id(miner))?)
}

/// All challenged sectors must be readable: a block's proof cannot leave one out.
pub fn winning(proof_type: u64, miner: u64, randomness: Ticket, replicas: &[PrivateReplica]) -> Outcome<Vec<u8>> {
    let registered = registry::winning_proof(proof_type)?;
    let good = by_number(replicas)?;
    for replica in good.values() {
        check_replica(replica).with_context(|| format!("sector {}", replica.number))?;
    }
    let infos = good.values().map(|r| (SectorId::from(r.number), info(registered, r))).collect();
    single(post::generate_winning_post(&challenge_seed(randomness), &infos, prover_id(miner))?)
}

struct Round {
    proofs: BTreeMap<u64, Vec<u8>>,
    bad: BTreeMap<u64, String>,
}

fn vanilla_proofs(
    registered: RegisteredPoStProof,
    seed: &Ticket,
    prover: ProverId,
    replicas: &[&PrivateReplica],
) -> Outcome<Round> {
    let mut sectors: Vec<SectorId> = replicas.iter().map(|replica| SectorId::from(replica.number)).collect();
    sectors.sort_unstable();
    let challenges = post::generate_fallback_sector_challenges(registered, seed, &sectors, prover)?;
    let mut round = Round { proofs: BTreeMap::new(), bad: BTreeMap::new() };
    for replica in replicas {
        let number = replica.number;
        let sector = SectorId::from(number);
        let points = challenges.get(&sector).ok_or_else(|| anyhow!("no challenges for sector {number}"))?;
        match catch_unwind(AssertUnwindSafe(|| vanilla_proof(registered, sector, replica, points))) {
            Ok(Ok(proof)) => {
                round.proofs.insert(number, proof);
            }
            Ok(Err(error)) => {
                round.bad.insert(number, format!("{error:#}"));
            }
            Err(panic) => {
                return Err(Failure::SectorPanicked { number, message: panic_message(panic.as_ref()) });
            }
        }
    }
    Ok(round)
}

fn vanilla_proof(
    registered: RegisteredPoStProof,
    sector: SectorId,
    replica: &PrivateReplica,
    points: &[u64],
) -> anyhow::Result<Vec<u8>> {
    check_replica(replica)?;
    post::generate_single_vanilla_proof(registered, sector, &info(registered, replica), points)
}

/// Whether the cache belongs to the replica the chain knows: CommR = Poseidon(CommC, CommRLast), both in `p_aux`.
/// The library does not look, and one wrong sector would spoil the whole partition's proof.
fn check_replica(replica: &PrivateReplica) -> anyhow::Result<()> {
    ensure!(replica.sealed.is_file(), "{} is missing", replica.sealed.display());
    let (comm_c, comm_r_last) = read_p_aux(&replica.cache)?;
    let comm_r = <PoseidonHasher as Hasher>::Function::hash2(&comm_c, &comm_r_last);
    ensure!(comm_r.into_bytes() == replica.comm_r, "the cache is of another replica (CommR differs)");
    Ok(())
}

fn read_p_aux(cache: &Path) -> anyhow::Result<(PoseidonDomain, PoseidonDomain)> {
    let path = cache.join("p_aux");
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    ensure!(bytes.len() == 64, "{} has {} bytes, not 64", path.display(), bytes.len());
    Ok((PoseidonDomain::try_from_bytes(&bytes[..32])?, PoseidonDomain::try_from_bytes(&bytes[32..])?))
}

fn info(registered: RegisteredPoStProof, replica: &PrivateReplica) -> PrivateReplicaInfo {
    PrivateReplicaInfo::new(registered, replica.comm_r, replica.cache.clone(), replica.sealed.clone())
}

fn by_number(replicas: &[PrivateReplica]) -> Outcome<BTreeMap<u64, &PrivateReplica>> {
    if replicas.is_empty() {
        return Err(Failure::invalid("no sectors to prove"));
    }
    let distinct: BTreeSet<u64> = replicas.iter().map(|r| r.number).collect();
    if distinct.len() != replicas.len() {
        return Err(Failure::invalid("a sector is listed twice"));
    }
    Ok(replicas.iter().map(|r| (r.number, r)).collect())
}

fn single(proofs: Vec<(RegisteredPoStProof, Vec<u8>)>) -> Outcome<Vec<u8>> {
    let count = proofs.len();
    match proofs.into_iter().next() {
        Some((_, proof)) if count == 1 => Ok(proof),
        _ => Err(Failure::Failed(anyhow!("expected one proof, the library made {count}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn randomness_becomes_a_field_element() {
        assert_eq!(challenge_seed([0xff; 32])[31], 0x3f);
        assert_eq!(challenge_seed([7; 32]), [7; 32]);
    }

    #[test]
    fn unreadable_sectors_are_named_not_fatal() {
        let replica = PrivateReplica {
            number: 3,
            comm_r: [1; 32],
            cache: PathBuf::from("/nowhere/cache"),
            sealed: PathBuf::from("/nowhere/sealed"),
        };
        let outcome = window(10, 1000, [1; 32], &[replica]).unwrap();
        assert!(outcome.proof.is_empty());
        assert_eq!(outcome.faulty[0].0, 3);
    }
}

//! Sectors of many layers, as those of 32 GiB are: small ones have two, so their number is changed here, which holds for
//! the whole process. Nothing else is tested in it.

use adit_proofs::piece::add_piece;
use adit_proofs::seal::{pre_commit1, Files, Sector};
use adit_proofs::{prover_id, registry};
use filecoin_proofs::constants::{LAYERS, SECTOR_SIZE_2_KIB};
use filecoin_proofs_api::{seal, PieceInfo, SectorId, UnpaddedBytesAmount};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const MANY: u32 = 11;
/// The replica's identity and the SHA-256 of each layer that is on disk; the library knows no such file.
const PROGRESS: &str = "adit-layers";
/// 2 KiB: the graphs of version 1.0, which has the node before at another place, and of 1.1.
const PROOFS: [u64; 2] = [0, 5];

fn files(cache: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(cache)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name() != PROGRESS)
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn eleven_layers_are_the_proof_librarys_from_wherever_they_go_on() {
    LAYERS.write().unwrap().insert(SECTOR_SIZE_2_KIB, MANY as usize);
    let folder = std::env::temp_dir().join(format!("adit-eleven-{}", std::process::id()));
    for proof in PROOFS {
        let _ = fs::remove_dir_all(&folder);
        let (cache, theirs) = (folder.join("cache"), folder.join("theirs"));
        fs::create_dir_all(&theirs).unwrap();
        let (source, unsealed, sealed) = (folder.join("source"), folder.join("unsealed"), folder.join("sealed"));
        fs::write(&source, (0..2032u32).map(|n| (n * 7 + n / 256) as u8).collect::<Vec<_>>()).unwrap();
        let pieces = vec![add_piece(proof, Some(&source), 2032, &unsealed, &[]).unwrap()];
        let paths = Files { unsealed: &unsealed, sealed: &sealed, cache: &cache };
        let ours = || pre_commit1(proof, &paths, Sector { miner: 1000, number: 7 }, [5; 32], &pieces).unwrap();
        let answer = ours();
        let right = files(&cache);
        fs::File::create(folder.join("replica")).unwrap();
        let commitment = pieces[0].comm_p;
        seal::seal_pre_commit_phase1(
            registry::seal_proof(proof).unwrap(),
            &theirs,
            &unsealed,
            &folder.join("replica"),
            prover_id(1000),
            SectorId::from(7),
            [5; 32],
            &[PieceInfo { commitment, size: UnpaddedBytesAmount(2032) }],
        )
        .unwrap();
        let expected = files(&theirs);
        assert_eq!(expected.keys().filter(|name| name.contains("-layer-")).count(), MANY as usize);
        assert!(right == expected, "files of proof type {proof}");

        let progress = cache.join(PROGRESS);
        let state = fs::read(&progress).unwrap();
        for done in 0..=MANY {
            fs::write(&progress, &state[..32 + 32 * done as usize]).unwrap();
            for after in done + 1..=MANY {
                fs::remove_file(cache.join(format!("sc-02-data-layer-{after}.dat"))).unwrap();
            }
            assert_eq!(ours(), answer, "after layer {done}");
            assert!(files(&cache) == expected, "after layer {done} of proof type {proof}");
            assert!(fs::read(&progress).unwrap() == state, "after layer {done} of proof type {proof}");
        }
        for damaged in 1..=MANY {
            let layer = cache.join(format!("sc-02-data-layer-{damaged}.dat"));
            let mut labels = fs::read(&layer).unwrap();
            labels[100] ^= 1;
            fs::write(&layer, labels).unwrap();
            assert_eq!(ours(), answer, "with layer {damaged} damaged");
            assert!(files(&cache) == expected, "with layer {damaged} of proof type {proof} damaged");
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}

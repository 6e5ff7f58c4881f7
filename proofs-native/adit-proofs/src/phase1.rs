//! Pre-commit phase 1 with the kernels of `adit-kernels`: the files and the answer are the proof library's byte for byte.

use crate::labels::{Graph, PROGRESS};
use crate::piece::{kernel, HASHING_THREADS};
use crate::seal::{sync_parent, Files, Sector};
use crate::{prover_id, Failure, Outcome, Ticket};
use adit_kernels::{tree_file, Node, NODE_BYTES};
use anyhow::{anyhow, Context};
use filecoin_hashers::poseidon::PoseidonHasher;
use filecoin_proofs::constants::{
    SECTOR_SIZE_2_KIB, SECTOR_SIZE_32_GIB, SECTOR_SIZE_512_MIB, SECTOR_SIZE_64_GIB, SECTOR_SIZE_8_MIB,
};
use filecoin_proofs::pieces::verify_pieces;
use filecoin_proofs::{Commitment, StoreConfig};
use filecoin_proofs_api::seal::{Labels, SealPreCommitPhase1Output};
use filecoin_proofs_api::{PieceInfo, RegisteredSealProof};
use std::fs::{self, File, OpenOptions};
use std::path::Path;
use storage_proofs_core::cache_key::CacheKey;
use storage_proofs_porep::stacked::{self, generate_replica_id};

/// Copies the data to where it will be sealed, writes its tree and the layers into the cache directory, which exists. What
/// an earlier call for the same replica has labelled and put on disk is used again.
pub(crate) fn run(
    registered: RegisteredSealProof,
    files: &Files,
    sector: Sector,
    ticket: Ticket,
    pieces: &[PieceInfo],
) -> Outcome<SealPreCommitPhase1Output> {
    let config = registered.as_v1_config();
    let size = u64::from(registered.sector_size());
    let data = copy(files, size)?;
    let (store, comm_d) = tree_d(&data, size, files.cache)?;
    if !verify_pieces(&comm_d, pieces, config.sector_size)? {
        return Err(anyhow!("pieces and comm_d do not match").into());
    }
    let replica_id = replica_id(registered, sector, ticket, comm_d);
    let layers = Graph::new(&config)?.label_to_files(&replica_id, files.cache)?;
    Ok(SealPreCommitPhase1Output { registered_proof: registered, labels: labels(size, layers)?, config: store, comm_d })
}

/// Removes what an earlier call has left, but for layers, which are looked at when the replica is known.
pub(crate) fn prepare(cache: &Path) -> Outcome<()> {
    let prepare = || -> std::io::Result<()> {
        fs::create_dir_all(cache)?;
        let goes_on = cache.join(PROGRESS).is_file();
        for entry in fs::read_dir(cache)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if goes_on && (name == PROGRESS || (name.contains("-layer-") && name.ends_with(".dat"))) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    };
    Ok(prepare().with_context(|| format!("emptying sector cache {}", cache.display()))?)
}

pub(crate) fn replica_id(registered: RegisteredSealProof, sector: Sector, ticket: Ticket, comm_d: Commitment) -> Node {
    let porep_id = registered.as_v1_config().porep_id;
    generate_replica_id::<PoseidonHasher, _>(&prover_id(sector.miner), sector.number, &ticket, comm_d, &porep_id).into()
}

/// The data and zeroes after it, where it is encoded later.
fn copy(files: &Files, size: u64) -> Outcome<File> {
    let copy = || -> std::io::Result<File> {
        if !files.unsealed.metadata()?.is_file() {
            return Err(std::io::Error::other("the unsealed data is no file"));
        }
        fs::copy(files.unsealed, files.sealed)?;
        let file = OpenOptions::new().read(true).write(true).open(files.sealed)?;
        file.set_len(size)?;
        file.sync_all()?;
        Ok(file)
    };
    let file = copy().with_context(|| format!("copying {} to {}", files.unsealed.display(), files.sealed.display()))?;
    sync_parent(files.sealed)?;
    Ok(file)
}

/// Writes the tree over the data and answers where it is and its root.
fn tree_d(data: &File, size: u64, cache: &Path) -> Outcome<(StoreConfig, Commitment)> {
    let mut store = StoreConfig::new(cache, CacheKey::CommDTree.to_string(), 0);
    store.size = Some((tree_file::length(size) / NODE_BYTES as u64) as usize);
    let path = StoreConfig::data_path(cache, &store.id);
    let threads = rayon::current_num_threads().clamp(1, HASHING_THREADS);
    let kernel = kernel()?;
    let write = || -> std::io::Result<Node> {
        let tree = File::create(&path)?;
        tree_file::write(kernel, threads, data, size, &tree)
    };
    let comm_d = write().with_context(|| format!("writing {}", path.display()))?;
    sync_parent(&path)?;
    Ok((store, comm_d))
}

/// The library has a type for each size of sector.
fn labels(size: u64, layers: Vec<StoreConfig>) -> Outcome<Labels> {
    Ok(match size {
        SECTOR_SIZE_2_KIB => Labels::StackedDrg2KiBV1(stacked::Labels::new(layers)),
        SECTOR_SIZE_8_MIB => Labels::StackedDrg8MiBV1(stacked::Labels::new(layers)),
        SECTOR_SIZE_512_MIB => Labels::StackedDrg512MiBV1(stacked::Labels::new(layers)),
        SECTOR_SIZE_32_GIB => Labels::StackedDrg32GiBV1(stacked::Labels::new(layers)),
        SECTOR_SIZE_64_GIB => Labels::StackedDrg64GiBV1(stacked::Labels::new(layers)),
        _ => return Err(Failure::invalid(format!("there are no sectors of {size} bytes"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::piece::{add_piece, Piece};
    use crate::seal::{pre_commit1, unseal};
    use crate::{labels, registry};
    use filecoin_proofs_api::seal as api;
    use filecoin_proofs_api::{SectorId, UnpaddedByteIndex, UnpaddedBytesAmount};
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    const SECTOR: Sector = Sector { miner: 1000, number: 7 };
    const TICKET: Ticket = [5; 32];

    struct Fixture {
        folder: PathBuf,
        unsealed: PathBuf,
        sealed: PathBuf,
        cache: PathBuf,
        pieces: Vec<Piece>,
        proof: u64,
    }

    impl Fixture {
        fn new(name: &str, proof: u64) -> Self {
            let folder = std::env::temp_dir().join(format!("adit-phase1-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            let (unsealed, source) = (folder.join("unsealed"), folder.join("source"));
            let capacity = u64::from(registry::seal_proof(proof).unwrap().sector_size()) / 128 * 127;
            let payload: Vec<u8> = (0..capacity).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as u8).collect();
            fs::write(&source, &payload[..payload.len() / 2]).unwrap();
            let pieces = vec![add_piece(proof, Some(&source), capacity, &unsealed, &[]).unwrap()];
            Fixture { sealed: folder.join("sealed"), cache: folder.join("cache"), folder, unsealed, pieces, proof }
        }

        fn files(&self) -> Files<'_> {
            Files { unsealed: &self.unsealed, sealed: &self.sealed, cache: &self.cache }
        }

        fn ours(&self) -> Vec<u8> {
            pre_commit1(self.proof, &self.files(), SECTOR, TICKET, &self.pieces).unwrap()
        }

        /// The files in the cache but for the progress.
        fn cached(&self) -> BTreeMap<String, Vec<u8>> {
            fs::read_dir(&self.cache)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.file_name().is_some_and(|name| name != PROGRESS))
                .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
                .collect()
        }

        fn layer(&self, number: u32) -> PathBuf {
            self.cache.join(format!("sc-02-data-layer-{number}.dat"))
        }
    }

    impl Drop for Fixture {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }

    #[test]
    fn files_and_answer_are_the_proof_librarys() {
        // The three versions of the graph in the smallest size, and one that has more nodes than are read at a time.
        for proof in [0, 5, 15, 6] {
            let fixture = Fixture::new(&format!("same-{proof}"), proof);
            let ours = fixture.ours();
            let (our_files, our_replica) = (fixture.cached(), fs::read(&fixture.sealed).unwrap());
            fs::remove_dir_all(&fixture.cache).unwrap();
            fs::create_dir(&fixture.cache).unwrap();
            File::create(&fixture.sealed).unwrap();
            let theirs = api::seal_pre_commit_phase1(
                registry::seal_proof(proof).unwrap(),
                &fixture.cache,
                &fixture.unsealed,
                &fixture.sealed,
                prover_id(SECTOR.miner),
                SectorId::from(SECTOR.number),
                TICKET,
                &crate::piece::infos(&fixture.pieces).unwrap(),
            )
            .unwrap();
            assert!(our_files == fixture.cached(), "files of proof type {proof}");
            assert!(our_replica == fs::read(&fixture.sealed).unwrap(), "replica of proof type {proof}");
            assert_eq!(ours, crate::seal::encoded_phase1(&theirs).unwrap());
        }
    }

    #[test]
    fn unsealed_ranges_are_the_data_and_what_the_proof_library_gives() {
        let fixture = Fixture::new("unseal", 6);
        fixture.ours();
        let size = 8 << 20;
        let data = fs::read(&fixture.unsealed).unwrap();
        let mut raw = vec![0; size / 128 * 127];
        fr32_unpad(&data, &mut raw);
        let comm_d = fixture.pieces[0].comm_p;
        let mut replica = fs::read(&fixture.sealed).unwrap();
        adit_kernels::field::encode(&mut replica, &fs::read(fixture.layer(2)).unwrap()).unwrap();
        fs::write(&fixture.sealed, &replica).unwrap();
        let out = fixture.folder.join("out");
        let whole = raw.len() as u64;
        for (offset, length) in [(0, whole), (127, 254), (0, 1), (5, 1000), (whole - 3, 3), (whole / 3, 70_000), (9, 0)]
        {
            let files = fixture.files();
            let written = unseal(6, &files, &out, SECTOR, comm_d, TICKET, offset, length).unwrap();
            assert_eq!(written, length);
            assert!(fs::read(&out).unwrap() == raw[offset as usize..(offset + length) as usize], "{offset} {length}");
        }
        let theirs = fixture.folder.join("theirs");
        api::get_unsealed_range(
            registry::seal_proof(6).unwrap(),
            fixture.cache.clone(),
            fixture.sealed.clone(),
            theirs.clone(),
            prover_id(SECTOR.miner),
            SectorId::from(SECTOR.number),
            comm_d,
            TICKET,
            UnpaddedByteIndex(0),
            UnpaddedBytesAmount(whole),
        )
        .unwrap();
        assert!(fs::read(&theirs).unwrap() == raw);
        let right = replica.clone();
        for element in [200_003, 3] {
            replica[element * 32..][..32].fill(0xff);
            fs::write(&fixture.sealed, &replica).unwrap();
            let damaged = unseal(6, &fixture.files(), &out, SECTOR, comm_d, TICKET, 0, whole).unwrap_err();
            assert!(damaged.to_string().contains(&format!("element {element} ")), "{damaged}");
        }
        // Elements of the field that are not this data: noticed by their upper bits, or by the root of the whole.
        let mut replica = right.clone();
        replica[100 * 32..200 * 32].copy_from_slice(&right[300 * 32..400 * 32]);
        fs::write(&fixture.sealed, &replica).unwrap();
        let damaged = unseal(6, &fixture.files(), &out, SECTOR, comm_d, TICKET, 127 * 20, 127 * 40).unwrap_err();
        assert!(damaged.to_string().contains("no padded data"), "{damaged}");
        let mut replica = right.clone();
        replica[3] ^= 1;
        fs::write(&fixture.sealed, &replica).unwrap();
        let damaged = unseal(6, &fixture.files(), &out, SECTOR, comm_d, TICKET, 0, whole).unwrap_err();
        assert!(damaged.to_string().contains("does not hold the data"), "{damaged}");
        fs::write(&fixture.sealed, &replica[..100]).unwrap();
        assert!(unseal(6, &fixture.files(), &out, SECTOR, comm_d, TICKET, 0, 1).is_err());
    }

    fn fr32_unpad(padded: &[u8], raw: &mut [u8]) {
        let length = raw.len();
        let written = filecoin_proofs_api::fr32::write_unpadded(padded, &mut &mut *raw, 0, length).unwrap();
        assert_eq!(written, length);
    }

    #[test]
    fn a_call_that_was_cut_off_goes_on_after_the_last_layer_on_disk() {
        let fixture = Fixture::new("resume", 5);
        let answer = fixture.ours();
        let files = fixture.cached();
        let inode = |number| {
            use std::os::unix::fs::MetadataExt;
            fs::metadata(fixture.layer(number)).unwrap().ino()
        };
        let first = inode(1);
        let progress = fixture.cache.join(PROGRESS);
        let state = fs::read(&progress).unwrap();
        let with = |layers: usize| state[..32 * (1 + layers)].to_vec();
        // Layer 2 was not finished, and not whole either.
        fs::write(&progress, with(1)).unwrap();
        fs::write(fixture.layer(2), [1; 2048]).unwrap();
        fs::write(fixture.cache.join("sc-02-data-tree-c.dat"), [1; 100]).unwrap();
        // The part of a file that a full disk cut off would keep it full.
        fs::write(fixture.layer(2).with_extension("tmp"), [1; 1000]).unwrap();
        fs::write(fixture.layer(3).with_extension("tmp"), [1; 1000]).unwrap();
        assert_eq!(fixture.ours(), answer);
        assert!(fixture.cached() == files);
        assert_eq!(inode(1), first, "layer 1 was labelled again");
        // All was done and the answer was lost.
        let second = inode(2);
        assert_eq!(fixture.ours(), answer);
        assert_eq!(inode(2), second);
        // What the progress says is not so, or it is another replica's, or there is none.
        let mut other = with(2);
        other[0] ^= 1;
        for (wrong, length) in
            [(with(2), 2047), ([with(2), vec![1; 32]].concat(), 2048), (other, 2048), (vec![1; 5], 2048)]
        {
            fs::write(&progress, wrong).unwrap();
            fs::write(fixture.layer(1), vec![1; length]).unwrap();
            assert_eq!(fixture.ours(), answer);
            assert!(fixture.cached() == files, "layers that are not this replica's were believed");
        }
        fs::remove_file(&progress).unwrap();
        fs::write(fixture.layer(1), [1; 2048]).unwrap();
        assert_eq!(fixture.ours(), answer);
        assert!(fixture.cached() == files);
        assert!(labels::Graph::new(&registry::seal_proof(5).unwrap().as_v1_config()).unwrap().layers() == 2);
    }

    #[test]
    fn data_that_is_not_the_pieces_is_refused() {
        let fixture = Fixture::new("pieces", 5);
        let mut data = fs::read(&fixture.unsealed).unwrap();
        data[100] ^= 1;
        fs::write(&fixture.unsealed, data).unwrap();
        let refused = pre_commit1(5, &fixture.files(), SECTOR, TICKET, &fixture.pieces).unwrap_err();
        assert!(refused.to_string().contains("do not match"), "{refused}");
    }
}

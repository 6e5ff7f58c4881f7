//! How fast this machine does the parts of sealing that kernels do, beside the proof library in the same run.

use crate::labels::{label_kernel, Graph};
use crate::measure::{cpu_seconds, payload, LIBRARY, MAX_RUNS};
use crate::piece::kernel;
use crate::{registry, Failure, Outcome};
use adit_kernels::sdr::MAX_SECTORS;
use adit_kernels::{field, tree_file, Node, NODE_BYTES};
use anyhow::{anyhow, ensure, Context};
use blstrs::Scalar;
use filecoin_hashers::poseidon::PoseidonDomain;
use filecoin_hashers::Domain;
use filecoin_proofs::{DefaultPieceHasher, StoreConfig};
use filecoin_proofs_api::{seal, RegisteredSealProof};
use std::fs::{self, File};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use storage_proofs_core::cache_key::CacheKey;
use storage_proofs_core::merkle::{create_base_merkle_tree, BinaryMerkleTree};

/// Largest sector that is measured: it lies in memory, and for labels 32 times.
const MAX_SIZE: u64 = 1 << 30;
/// From this size on labels are those of sectors of 8 MiB, below it of 2 KiB.
const LABELLED_SIZE: u64 = 8 << 20;
const SECTOR_8_MIB: u64 = 6;
const SECTOR_2_KIB: u64 = 5;

/// Multiplications, each of which waits for the one before, to find out how fast the clock is.
const CLOCK_STEPS: u64 = 20_000_000;
/// Cycles for one, and for the rotation after it, on every CPU that has 64-bit multipliers worth the name.
const CLOCK_CYCLES: f64 = 4.0;

/// CPU-seconds of each run of one way to do the same work.
pub struct Measured {
    /// What is done.
    pub bench: &'static str,
    /// A kernel's name, or [`LIBRARY`].
    pub way: &'static str,
    /// Data that is worked on in a run.
    pub bytes: u64,
    pub seconds: Vec<f64>,
}

/// All that is measured, and the clock's cycles a second.
pub struct Report {
    pub clock: f64,
    pub measured: Vec<Measured>,
}

/// One way to do a piece of work: its name and what does it once.
type Way<'a> = (&'static str, Box<dyn FnMut() -> anyhow::Result<()> + 'a>);

/// Does the same with the kernels and with the library, `runs` times in turns after one round to warm up: trees and fields over
/// `size` bytes, labels over sectors of 8 MiB, or of 2 KiB where `size` is smaller. Results are compared first. Seconds are
/// those of the whole process. Files are made in the system's temporary directory.
pub fn all(size: u64, runs: u64) -> Outcome<Report> {
    if !size.is_power_of_two() || !(1 << 16..=MAX_SIZE).contains(&size) {
        return Err(Failure::invalid(format!("{size} bytes: a power of two from 64 KiB to 1 GiB")));
    }
    if !(1..=MAX_RUNS).contains(&runs) {
        return Err(Failure::invalid(format!("{runs} runs: from 1 to {MAX_RUNS}")));
    }
    let folder = Folder::new()?;
    let mut report = Report { clock: clock()?, measured: Vec::new() };
    trees(&mut report, &folder.0, size, runs)?;
    fields(&mut report, size, runs)?;
    labels(&mut report, &folder.0, size, runs)?;
    Ok(report)
}

/// Gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Outcome<Self> {
        let folder = std::env::temp_dir().join(format!("adit-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The shortest of several tries counts: what interrupts one only makes it longer.
fn clock() -> Outcome<f64> {
    let factor = black_box(0x9e37_79b9_7f4a_7c15_u64);
    let mut shortest = f64::MAX;
    for _ in 0..5 {
        let before = cpu_seconds()?;
        let mut value = black_box(1_u64);
        for _ in 0..CLOCK_STEPS {
            value = value.wrapping_mul(factor).rotate_left(7);
        }
        black_box(value);
        shortest = shortest.min(cpu_seconds()? - before);
    }
    Ok(CLOCK_STEPS as f64 * CLOCK_CYCLES / shortest.max(1e-9))
}

/// Runs the ways in turns; the first round does not count.
fn in_turns(report: &mut Report, bench: &'static str, bytes: u64, runs: u64, mut ways: Vec<Way<'_>>) -> Outcome<()> {
    let mut seconds = vec![Vec::new(); ways.len()];
    for run in 0..=runs {
        for ((_, work), seconds) in ways.iter_mut().zip(&mut seconds) {
            let before = cpu_seconds()?;
            work()?;
            let taken = cpu_seconds()? - before;
            if run > 0 {
                seconds.push(taken);
            }
        }
    }
    let measured = ways.iter().zip(seconds).map(|((way, _), seconds)| Measured { bench, way, bytes, seconds });
    report.measured.extend(measured);
    Ok(())
}

/// The tree over a sector's data, on disk in the end.
fn trees(report: &mut Report, folder: &Path, size: u64, runs: u64) -> Outcome<()> {
    let mut data = payload(size as usize);
    data.iter_mut().skip(NODE_BYTES - 1).step_by(NODE_BYTES).for_each(|byte| *byte &= 0x3f);
    let source = folder.join("data");
    fs::write(&source, &data).with_context(|| format!("writing {}", source.display()))?;
    let kernel = kernel()?;
    let ours = folder.join("tree");
    let config = StoreConfig::new(folder, CacheKey::CommDTree.to_string(), 0);
    let theirs = StoreConfig::data_path(folder, &config.id);
    let by_kernel = || {
        tree_file::write(kernel, 1, &File::open(&source)?, size, &File::create(&ours)?)?;
        Ok(())
    };
    let by_library = || {
        let _ = fs::remove_file(&theirs);
        let leaves = size as usize / NODE_BYTES;
        create_base_merkle_tree::<BinaryMerkleTree<DefaultPieceHasher>>(Some(config.clone()), leaves, &data)?;
        Ok(File::open(&theirs)?.sync_all()?)
    };
    in_turns(
        report,
        "tree-d",
        size,
        runs,
        vec![(kernel.name(), Box::new(by_kernel)), (LIBRARY, Box::new(by_library))],
    )?;
    equal(&fs::read(&ours).context("reading a tree")?, &fs::read(&theirs).context("reading a tree")?, "tree-d")?;
    let removed =
        fs::remove_file(&ours).and_then(|()| fs::remove_file(&theirs)).and_then(|()| fs::remove_file(&source));
    Ok(removed.context("removing a tree")?)
}

/// Encoding and decoding, as the library does it for each node.
fn fields(report: &mut Report, size: u64, runs: u64) -> Outcome<()> {
    let elements = |seed: u8| {
        let mut bytes = payload(size as usize);
        for element in bytes.chunks_exact_mut(NODE_BYTES) {
            element[0] ^= seed;
            element[NODE_BYTES - 1] &= 0x3f;
        }
        bytes
    };
    let (data, key) = (elements(0), elements(0x55));
    let (mut ours, mut theirs) = (data.clone(), data.clone());
    let encode = vec![
        ("field", Box::new(|| Ok(field::encode(&mut ours, &key)?)) as Box<dyn FnMut() -> _>),
        (LIBRARY, Box::new(|| by_domains(&mut theirs, &key, |value, key| value + key))),
    ];
    in_turns(report, "encode", size, runs, encode)?;
    equal(&ours, &theirs, "encode")?;
    let decode = vec![
        ("field", Box::new(|| Ok(field::decode(&mut ours, &key)?)) as Box<dyn FnMut() -> _>),
        (LIBRARY, Box::new(|| by_domains(&mut theirs, &key, |value, key| value - key))),
    ];
    in_turns(report, "decode", size, runs, decode)?;
    equal(&ours, &theirs, "decode")?;
    // As often taken away as added.
    equal(&ours, &data, "decode")
}

fn by_domains(values: &mut [u8], keys: &[u8], with: impl Fn(Scalar, Scalar) -> Scalar) -> anyhow::Result<()> {
    for (value, key) in values.chunks_exact_mut(NODE_BYTES).zip(keys.chunks_exact(NODE_BYTES)) {
        let result = with(PoseidonDomain::try_from_bytes(value)?.into(), PoseidonDomain::try_from_bytes(key)?.into());
        value.copy_from_slice(AsRef::<[u8]>::as_ref(&PoseidonDomain::from(result)));
    }
    Ok(())
}

/// Labels of one sector in files, and of as many as lie side by side in memory.
fn labels(report: &mut Report, folder: &Path, size: u64, runs: u64) -> Outcome<()> {
    let proof = registry::seal_proof(if size < LABELLED_SIZE { SECTOR_2_KIB } else { SECTOR_8_MIB })?;
    let graph = Graph::new(&proof.as_v1_config())?;
    let bytes = u64::from(proof.sector_size()) * u64::from(graph.layers());
    let ids: Vec<Node> = (1..=MAX_SECTORS as u8).map(|id| [id; NODE_BYTES]).collect();
    let (ours, theirs) = (folder.join("ours"), folder.join("theirs"));
    let by_kernel = || fresh(&ours).and_then(|()| graph.label_to_files(&ids[0], &ours).map(drop).map_err(error));
    let by_library = || fresh(&theirs).and_then(|()| library_labels(proof, &theirs, &ids[0]));
    let ways: Vec<Way<'_>> = vec![(label_kernel(1)?.name(), Box::new(by_kernel)), (LIBRARY, Box::new(by_library))];
    in_turns(report, "labels-1", bytes, runs, ways)?;
    let last = StoreConfig::data_path(&ours, &CacheKey::label_layer(graph.layers() as usize));
    let last = fs::read(&last).with_context(|| format!("reading {}", last.display()))?;
    let library = StoreConfig::data_path(&theirs, &CacheKey::label_layer(graph.layers() as usize));
    equal(&last, &fs::read(&library).with_context(|| format!("reading {}", library.display()))?, "labels-1")?;
    let mut batch = None;
    let many = || {
        batch = Some(graph.label_many(&ids).map_err(error)?);
        Ok(())
    };
    let ways: Vec<Way<'_>> = vec![(label_kernel(MAX_SECTORS)?.name(), Box::new(many))];
    in_turns(report, "labels-16", bytes * MAX_SECTORS as u64, runs, ways)?;
    let mut all = vec![vec![0; last.len()]; MAX_SECTORS];
    batch.context("no labels")?.read(0, &mut all);
    equal(&all[0], &last, "labels-16")
}

fn library_labels(proof: RegisteredSealProof, folder: &Path, id: &Node) -> anyhow::Result<()> {
    seal::sdr(proof, folder, PoseidonDomain::try_from_bytes(id)?)
}

fn fresh(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir(folder)?)
}

fn error(failure: Failure) -> anyhow::Error {
    anyhow!("{failure}")
}

fn equal(ours: &[u8], theirs: &[u8], bench: &str) -> Outcome<()> {
    let compare = || {
        ensure!(ours == theirs, "{bench}: the kernel and the library do not agree");
        Ok(())
    };
    Ok(compare()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_measured_beside_the_library() {
        let report = all(1 << 16, 2).unwrap();
        let names: Vec<_> = report.measured.iter().map(|way| (way.bench, way.way == LIBRARY)).collect();
        let mut expected: Vec<_> = ["tree-d", "encode", "decode", "labels-1"]
            .iter()
            .flat_map(|bench| [(*bench, false), (*bench, true)])
            .collect();
        expected.push(("labels-16", false));
        assert_eq!(names, expected);
        assert!(report.measured.iter().all(|way| way.seconds.len() == 2 && way.seconds.iter().all(|s| *s >= 0.0)));
        assert!(report.clock > 1e8 && report.clock < 1e11, "{} cycles a second", report.clock);
        for (size, runs) in [(0, 1), (100_000, 1), (1 << 40, 1), (1 << 16, 0), (1 << 16, 1 << 40)] {
            assert!(all(size, runs).is_err(), "{size} {runs}");
        }
    }
}

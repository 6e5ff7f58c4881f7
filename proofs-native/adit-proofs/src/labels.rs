//! The labels of a sector, by the kernels of `adit-kernels` over the proof library's own graph.

use crate::memory;
use crate::seal::{remove_if_there, sync_parent};
use crate::{Failure, Outcome};
use adit_kernels::sdr::{self, LabelError, Layer, NodeParents, ParentError, BASE_DEGREE, DEGREE};
use adit_kernels::{Kernel, Node, NODE_BYTES};
use anyhow::{anyhow, Context};
use filecoin_hashers::poseidon::PoseidonHasher;
use filecoin_proofs::parameters::setup_params;
use filecoin_proofs::{PoRepConfig, StoreConfig};
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;
use std::thread;
use storage_proofs_core::api_version::ApiVersion;
use storage_proofs_core::cache_key::CacheKey;
use storage_proofs_core::drgraph::Graph as _;
use storage_proofs_porep::stacked::StackedBucketGraph;

/// Nodes that are copied between memory and files at a time: 1 MiB for one sector.
const PORTION: usize = 1 << 15;
/// How far phase 1 has come: the replica's identity and the SHA-256 of each layer that is on disk. Absent as soon as phase 2
/// begins.
pub(crate) const PROGRESS: &str = "adit-layers";
const DIGEST_BYTES: usize = 32;

/// A graph, with its parents in a file that is made at first use and kept for all sectors of the proof type.
pub struct Graph {
    graph: StackedBucketGraph<PoseidonHasher>,
    nodes: usize,
    layers: u32,
    /// Which parent is the node before: the library's graphs have it last among those of the same layer, later first.
    predecessor: usize,
}

/// Nodes of each portion whose parents are computed again: some millions in a layer of 32 GiB, which costs seconds.
const COMPUTED_AGAIN: u64 = 4;

/// The file of parents is not the graph's. The library writes it through a mapping, under its own name, and believes
/// whatever has the length: a process or machine that stopped meanwhile leaves pages of zeroes, and every sector labelled
/// with them is lost.
#[derive(Debug)]
struct DamagedParents {
    path: PathBuf,
    node: u32,
    removed: bool,
}

impl fmt::Display for DamagedParents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.removed { "it was deleted, the next attempt makes it again" } else { "delete it" };
        write!(f, "the parents' file {} is wrong at node {}: {what}", self.path.display(), self.node)
    }
}

impl Error for DamagedParents {}

impl Graph {
    pub fn new(config: &PoRepConfig) -> Outcome<Self> {
        let params = setup_params(config)?;
        let graph = StackedBucketGraph::new_stacked(
            params.nodes,
            params.degree,
            params.expansion_degree,
            params.porep_id,
            params.api_version,
        )?;
        let predecessor = match config.api_version {
            ApiVersion::V1_0_0 => BASE_DEGREE - 1,
            ApiVersion::V1_1_0 | ApiVersion::V1_2_0 => 0,
        };
        Ok(Graph { graph, nodes: params.nodes, layers: params.num_layers as u32, predecessor })
    }

    /// Layers of a sector.
    pub fn layers(&self) -> u32 {
        self.layers
    }

    /// Computes the layers after `done` of the sector and shows each to `finished` while the next is computed; `start` is
    /// layer `done`. Answers the last.
    pub fn label(
        &self,
        replica_id: &Node,
        start: Option<(u32, Layer)>,
        finished: impl Fn(u32, &Layer) -> Outcome<()> + Sync,
    ) -> Outcome<Layer> {
        self.run(label_kernel(1)?, &[*replica_id], start, finished)
    }

    /// Computes the last layer of several sectors at a time, at most 16, in memory: two layers of each, and of 16 sectors where
    /// the kernel is [`Kernel::Avx512`].
    pub fn label_many(&self, replica_ids: &[Node]) -> Outcome<Layer> {
        self.run(label_kernel(replica_ids.len())?, replica_ids, None, |_, _| Ok(()))
    }

    fn run(
        &self,
        kernel: Kernel,
        replica_ids: &[Node],
        start: Option<(u32, Layer)>,
        finished: impl Fn(u32, &Layer) -> Outcome<()> + Sync,
    ) -> Outcome<Layer> {
        let room = || self.room(kernel, replica_ids.len());
        let (done, mut before) = start.map_or((0, None), |(done, layer)| (done, Some(layer)));
        self.require(kernel, replica_ids.len(), if before.is_some() { 1 } else { 2 })?;
        let mut into = room()?;
        let mut cache = self.graph.parent_cache().context("a parents' file of the wrong length must be deleted")?;
        let path = cache.path.clone();
        for number in done + 1..=self.layers {
            cache.reset()?;
            // Hours go by in a layer: one that cannot be written, as on a full disk, ends them at the next portion.
            let unwritten = AtomicBool::new(false);
            let mut parents = |first: u32, portion: &mut [NodeParents]| {
                if unwritten.load(Ordering::Relaxed) {
                    return Err("the layer before could not be written".into());
                }
                for (node, parents) in (first..).zip(&mut *portion) {
                    *parents = cache.read(node)?;
                }
                match self.wrong(first, portion, seed(&replica_ids[0], number, first))? {
                    Some(node) => Err(DamagedParents { path: path.clone(), node, removed: false }.into()),
                    None => Ok::<(), ParentError>(()),
                }
            };
            log::info!("labelling layer {number} of {} with {}", self.layers, kernel.name());
            thread::scope(|scope| {
                // The layer before this one is on its way to the disk meanwhile.
                let previous = before.as_ref();
                let finished = &finished;
                let writer = previous.filter(|_| number > done + 1).map(|previous| {
                    let unwritten = &unwritten;
                    scope.spawn(move || {
                        finished(number - 1, previous).inspect_err(|_| unwritten.store(true, Ordering::Relaxed))
                    })
                });
                let labelled = sdr::label(kernel, number, replica_ids, &mut parents, previous, &mut into);
                let written = writer.map_or(Ok(()), |writer| {
                    writer.join().unwrap_or_else(|_| Err(anyhow!("writing layer {} panicked", number - 1).into()))
                });
                let labelled = labelled.map_err(failure);
                written.and(labelled)
            })?;
            let last = match before.take() {
                Some(layer) => layer,
                None if number < self.layers => room()?,
                None => return Err(anyhow!("a sector of one layer").into()),
            };
            before = Some(std::mem::replace(&mut into, last));
        }
        let last = before.ok_or_else(|| anyhow!("a sector without layers"))?;
        if done < self.layers {
            finished(self.layers, &last)?;
        }
        Ok(last)
    }

    /// The first of these nodes whose parents are seen not to be the graph's: the node before is looked for in each, and
    /// some, which `seed` chooses, are computed again.
    fn wrong(&self, first: u32, portion: &[NodeParents], seed: u64) -> anyhow::Result<Option<u32>> {
        let computed = |n: usize| -> anyhow::Result<bool> {
            let mut parents = [0; DEGREE];
            self.graph.parents(first as usize + n, &mut parents)?;
            Ok(parents == portion[n])
        };
        for (n, (node, parents)) in (first..).zip(portion).enumerate() {
            let linked = parents[self.predecessor] == node.saturating_sub(1);
            // A small graph may have such a node.
            let suspicious = parents[BASE_DEGREE..].iter().all(|parent| *parent == 0);
            if !linked || suspicious && !computed(n)? {
                return Ok(Some(node));
            }
        }
        for look in 0..COMPUTED_AGAIN {
            let n = (mixed(seed.wrapping_add(look)) % portion.len() as u64) as usize;
            if !computed(n)? {
                return Ok(Some(first + n as u32));
            }
        }
        Ok(None)
    }

    /// Computes the layers into files as the proof library names them. A call that was cut off goes on after the last
    /// layer that was on disk; files of layers that are there otherwise are not believed.
    pub fn label_to_files(&self, replica_id: &Node, cache: &Path) -> Outcome<Vec<StoreConfig>> {
        let progress = cache.join(PROGRESS);
        let done = self.done(replica_id, &progress, cache);
        if done == 0 {
            // Before any layer is replaced: what it says about another replica would be wrong then.
            remove_if_there(&progress)?;
            sync_parent(&progress)?;
        }
        if done < self.layers {
            let start = self.start(done, &progress, cache)?;
            let kept = if start.is_some() { done as usize } else { 0 };
            let state = fs::read(&progress).unwrap_or_default();
            let state = state.get(..NODE_BYTES + kept * DIGEST_BYTES).unwrap_or(replica_id);
            let state = Mutex::new(state.to_vec());
            self.label(replica_id, start, |number, layer| {
                let digest = write(layer, &layer_file(cache, number))?;
                let mut state = state.lock().map_err(|_| anyhow!("a layer before {number} was not written"))?;
                state.extend_from_slice(&digest);
                replace(&progress, &mut |file| file.write_all(&state))
            })
            .inspect_err(|error| {
                // The layers before may have been labelled with the same file.
                if matches!(error, Failure::Failed(error) if error.is::<DamagedParents>()) {
                    let forgotten = remove_if_there(&progress).and_then(|()| sync_parent(&progress));
                    if let Err(error) = forgotten {
                        log::error!("delete {} by hand: {error}", progress.display());
                    }
                }
            })?;
        }
        Ok((1..=self.layers).map(|number| config(cache, number, self.nodes)).collect())
    }

    /// The layer to go on from. What a disk does not give back is labelled again, all of it: hours, but no sector that
    /// fails at each attempt.
    fn start(&self, done: u32, progress: &Path, cache: &Path) -> Outcome<Option<(u32, Layer)>> {
        if done == 0 {
            return Ok(None);
        }
        self.require(label_kernel(1)?, 1, 2)?;
        match self.read(&layer_file(cache, done)) {
            Ok(layer) => Ok(Some((done, layer))),
            Err(error) => {
                log::warn!("layers are made anew, as what is there cannot be read: {error}");
                remove_if_there(progress)?;
                sync_parent(progress)?;
                Ok(None)
            }
        }
    }

    /// Layers of this replica that are on disk as they were written: each is read, which takes minutes where labelling it takes
    /// the better part of an hour, since a sector with one wrong label is lost.
    fn done(&self, replica_id: &Node, progress: &Path, cache: &Path) -> u32 {
        let Ok(state) = fs::read(progress) else { return 0 };
        let Some(digests) = state.strip_prefix(&replica_id[..]) else { return 0 };
        let mut done = 0;
        for expected in digests.chunks_exact(DIGEST_BYTES).take(self.layers as usize) {
            let layer = layer_file(cache, done + 1);
            match digest(&layer, self.nodes as u64 * NODE_BYTES as u64) {
                Ok(found) if found[..] == *expected => done += 1,
                Ok(_) => {
                    log::warn!("{} is not as it was written; it is made again", layer.display());
                    break;
                }
                Err(error) => {
                    log::warn!("{} cannot be read and is made again: {error}", layer.display());
                    break;
                }
            }
        }
        done
    }

    /// Before hours of work: layers fill up slowly.
    fn require(&self, kernel: Kernel, sectors: usize, layers: u64) -> Outcome<()> {
        let bytes = Layer::memory(kernel, self.nodes as u64, sectors).saturating_mul(layers);
        memory::require(bytes, "labelling the sector")
    }

    fn room(&self, kernel: Kernel, sectors: usize) -> Outcome<Layer> {
        Layer::new(kernel, self.nodes as u64, sectors).map_err(|error| Failure::Failed(error.into()))
    }

    fn read(&self, path: &Path) -> Outcome<Layer> {
        let mut layer = self.room(label_kernel(1)?, 1)?;
        let mut file = File::open(path).with_context(|| format!("opening layer {}", path.display()))?;
        let mut labels = vec![Vec::new()];
        for first in (0..self.nodes).step_by(PORTION) {
            labels[0].resize((self.nodes - first).min(PORTION) * NODE_BYTES, 0);
            file.read_exact(&mut labels[0]).with_context(|| format!("reading layer {}", path.display()))?;
            layer.write(first, &labels);
        }
        Ok(layer)
    }
}

/// The one for so many sectors.
pub(crate) fn label_kernel(sectors: usize) -> Outcome<Kernel> {
    sdr::best(sectors).map_err(|error| Failure::Failed(error.into()))
}

/// Where to look in this portion: elsewhere for each replica and layer.
fn seed(replica_id: &Node, layer: u32, first: u32) -> u64 {
    let start = replica_id.chunks_exact(8).fold(0, |seed, bytes| {
        mixed(bytes.iter().fold(seed, |seed: u64, byte| seed.rotate_left(8) ^ u64::from(*byte)))
    });
    mixed(start ^ (u64::from(layer) << 32) ^ u64::from(first))
}

/// SplitMix64's step: any bit of the answer depends on all bits.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Takes a damaged file of parents away, so that the library makes it again.
fn failure(error: LabelError) -> Failure {
    let LabelError::Parents(error) = error else { return Failure::Failed(error.into()) };
    match error.downcast::<DamagedParents>() {
        Ok(mut damaged) => {
            damaged.removed = fs::remove_file(&damaged.path).is_ok();
            log::error!("{damaged}");
            Failure::Failed(anyhow::Error::new(*damaged))
        }
        Err(error) => Failure::Failed(LabelError::Parents(error).into()),
    }
}

fn config(cache: &Path, number: u32, nodes: usize) -> StoreConfig {
    let mut config = StoreConfig::new(cache, CacheKey::label_layer(number as usize), 0);
    config.size = Some(nodes);
    config
}

fn layer_file(cache: &Path, number: u32) -> PathBuf {
    StoreConfig::data_path(cache, &CacheKey::label_layer(number as usize))
}

/// The SHA-256 of a layer's file, which must be of this length.
fn digest(path: &Path, length: u64) -> std::io::Result<[u8; DIGEST_BYTES]> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() != length {
        return Err(std::io::Error::other("its length is wrong"));
    }
    let mut sha = Sha256::new();
    let mut part = vec![0; PORTION * NODE_BYTES];
    loop {
        match file.read(&mut part)? {
            0 => return Ok(sha.finalize().into()),
            count => sha.update(&part[..count]),
        }
    }
}

/// Writes a layer of one sector, and answers its SHA-256; the file appears when it is whole and on disk.
fn write(layer: &Layer, path: &Path) -> Outcome<[u8; DIGEST_BYTES]> {
    let mut sha = Sha256::new();
    replace(path, &mut |file| {
        let mut add = |labels: &[u8]| {
            sha.update(labels);
            file.write_all(labels)
        };
        if let Some(plain) = layer.plain() {
            return plain.chunks(PORTION * NODE_BYTES).try_for_each(add);
        }
        let mut labels = vec![Vec::new()];
        for first in (0..layer.nodes()).step_by(PORTION) {
            labels[0].resize((layer.nodes() - first).min(PORTION) * NODE_BYTES, 0);
            layer.read(first, &mut labels);
            add(&labels[0])?;
        }
        Ok(())
    })?;
    Ok(sha.finalize().into())
}

fn replace(path: &Path, content: &mut dyn FnMut(&mut File) -> std::io::Result<()>) -> Outcome<()> {
    let part = path.with_extension("tmp");
    let mut replace = || -> std::io::Result<()> {
        let mut file = File::create(&part)?;
        content(&mut file)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    replace().with_context(|| format!("writing {}", path.display()))?;
    sync_parent(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use filecoin_proofs_api::RegisteredSealProof;

    const ENTRY: usize = 4 * DEGREE;

    #[test]
    fn a_kept_layer_that_cannot_be_read_is_labelled_again() {
        let graph = Graph::new(&RegisteredSealProof::StackedDrg2KiBV1_1.as_v1_config()).unwrap();
        let cache = std::env::temp_dir().join(format!("adit-unreadable-{}", std::process::id()));
        let _ = fs::remove_dir_all(&cache);
        fs::create_dir_all(&cache).unwrap();
        let progress = cache.join(PROGRESS);
        // What `done` saw whole, and the disk does not give back.
        fs::write(layer_file(&cache, 1), [1; 100]).unwrap();
        fs::write(&progress, "1").unwrap();
        assert!(graph.start(1, &progress, &cache).unwrap().is_none());
        assert!(!progress.exists());
        fs::remove_dir_all(&cache).unwrap();
    }

    #[test]
    fn a_layer_that_cannot_be_written_is_what_is_told() {
        let graph = Graph::new(&RegisteredSealProof::StackedDrg8MiBV1_1.as_v1_config()).unwrap();
        let refused = graph.label(&[4; 32], None, |number, _| Err(anyhow!("layer {number}: disk full").into()));
        assert!(refused.err().unwrap().to_string().contains("layer 1: disk full"));
    }

    /// A way to damage the file.
    type Damage = fn(&mut [u8]);

    #[test]
    fn a_damaged_file_of_parents_labels_nothing_and_is_made_again() {
        let versions = [RegisteredSealProof::StackedDrg2KiBV1, RegisteredSealProof::StackedDrg2KiBV1_1];
        for (version, proof) in versions.into_iter().enumerate() {
            let mut config = proof.as_v1_config();
            // A graph, and so a file, that no other test and no sector has.
            config.porep_id = [0xd0 + version as u8; 32];
            let graph = Graph::new(&config).unwrap();
            let file = graph.graph.parent_cache().unwrap().path;
            let cache = std::env::temp_dir().join(format!("adit-parents-{version}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&cache);
            fs::create_dir_all(&cache).unwrap();
            let id = [3; 32];
            graph.label_to_files(&id, &cache).unwrap();
            let right = fs::read(layer_file(&cache, 2)).unwrap();
            let state = fs::read(cache.join(PROGRESS)).unwrap();
            let parents = fs::read(&file).unwrap();
            let damages: [Damage; 4] = [
                |all| all.fill(0),
                // One entry; its expanded parents alone; those of all nodes, as if they were another graph's.
                |all| all[40 * ENTRY..][..ENTRY].fill(0),
                |all| all[40 * ENTRY..][4 * BASE_DEGREE..ENTRY].fill(0),
                |all| all.chunks_exact_mut(ENTRY).for_each(|entry| entry[4 * BASE_DEGREE..].rotate_left(4)),
            ];
            for (n, damage) in damages.into_iter().enumerate() {
                let mut wrong = parents.clone();
                damage(&mut wrong);
                fs::write(&file, wrong).unwrap();
                fs::write(cache.join(PROGRESS), &state[..NODE_BYTES + DIGEST_BYTES]).unwrap();
                let refused = graph.label_to_files(&id, &cache).unwrap_err().to_string();
                assert!(refused.contains("was deleted") && refused.contains(&file.display().to_string()), "{refused}");
                assert!(!file.exists() && !cache.join(PROGRESS).exists(), "damage {n} of version {version}");
                graph.label_to_files(&id, &cache).unwrap();
                assert!(fs::read(layer_file(&cache, 2)).unwrap() == right);
                assert!(fs::read(&file).unwrap() == parents);
            }
            fs::remove_dir_all(&cache).unwrap();
            fs::remove_file(&file).unwrap();
        }
    }
}

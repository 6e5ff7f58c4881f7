//! The labels of a sector, by the kernels of `adit-kernels` over the proof library's own graph.

use crate::seal::{remove_if_there, sync_parent};
use crate::{Failure, Outcome};
use adit_kernels::sdr::{self, Layer, NodeParents, ParentError};
use adit_kernels::{Kernel, Node, NODE_BYTES};
use anyhow::{anyhow, Context};
use filecoin_hashers::poseidon::PoseidonHasher;
use filecoin_proofs::parameters::setup_params;
use filecoin_proofs::{PoRepConfig, StoreConfig};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use storage_proofs_core::cache_key::CacheKey;
use storage_proofs_porep::stacked::StackedBucketGraph;

/// Nodes that are copied between memory and files at a time: 1 MiB for one sector.
const PORTION: usize = 1 << 15;
/// How far phase 1 has come: the replica's identity and the number of layers that are on disk. Absent as soon as phase 2
/// begins.
pub(crate) const PROGRESS: &str = "adit-layers";

/// A graph, with its parents in a file that is made at first use and kept for all sectors of the proof type.
pub struct Graph {
    graph: StackedBucketGraph<PoseidonHasher>,
    nodes: usize,
    layers: u32,
}

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
        Ok(Graph { graph, nodes: params.nodes, layers: params.num_layers as u32 })
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
        self.run(sdr::best(1), &[*replica_id], start, finished)
    }

    /// Computes the last layer of several sectors at a time, at most 16, in memory: two layers of each, and of 16 sectors where
    /// the kernel is [`Kernel::Avx512`].
    pub fn label_many(&self, replica_ids: &[Node]) -> Outcome<Layer> {
        self.run(sdr::best(replica_ids.len()), replica_ids, None, |_, _| Ok(()))
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
        let mut into = room()?;
        let mut cache = self.graph.parent_cache()?;
        for number in done + 1..=self.layers {
            cache.reset()?;
            let mut parents = |first: u32, portion: &mut [NodeParents]| {
                for (node, parents) in (first..).zip(portion) {
                    *parents = cache.read(node)?;
                }
                Ok::<(), ParentError>(())
            };
            log::info!("labelling layer {number} of {} with {}", self.layers, kernel.name());
            thread::scope(|scope| {
                // The layer before this one is on its way to the disk meanwhile.
                let previous = before.as_ref();
                let finished = &finished;
                let writer = previous
                    .filter(|_| number > done + 1)
                    .map(|previous| scope.spawn(move || finished(number - 1, previous)));
                let labelled = sdr::label(kernel, number, replica_ids, &mut parents, previous, &mut into);
                let written = writer.map_or(Ok(()), |writer| {
                    writer.join().unwrap_or_else(|_| Err(anyhow!("writing layer {} panicked", number - 1).into()))
                });
                labelled.map_err(|error| Failure::Failed(error.into()))?;
                written
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
            let start = if done > 0 { Some((done, self.read(&layer_file(cache, done))?)) } else { None };
            self.label(replica_id, start, |number, layer| {
                write(layer, &layer_file(cache, number))?;
                let state = [&replica_id[..], &number.to_le_bytes()].concat();
                replace(&progress, &mut |file| file.write_all(&state))
            })?;
        }
        Ok((1..=self.layers).map(|number| config(cache, number, self.nodes)).collect())
    }

    /// Layers of this replica that are on disk.
    fn done(&self, replica_id: &Node, progress: &Path, cache: &Path) -> u32 {
        let Ok(state) = fs::read(progress) else { return 0 };
        let Some(number) = state.strip_prefix(&replica_id[..]).and_then(|rest| rest.try_into().ok()) else { return 0 };
        let done = u32::from_le_bytes(number);
        let whole = |number| {
            fs::metadata(layer_file(cache, number))
                .is_ok_and(|file| file.len() == self.nodes as u64 * NODE_BYTES as u64)
        };
        if done <= self.layers && (1..=done).all(whole) {
            done
        } else {
            0
        }
    }

    fn room(&self, kernel: Kernel, sectors: usize) -> Outcome<Layer> {
        Layer::new(kernel, self.nodes as u64, sectors).map_err(|error| Failure::Failed(error.into()))
    }

    fn read(&self, path: &Path) -> Outcome<Layer> {
        let kernel = sdr::best(1);
        let mut layer = Layer::new(kernel, self.nodes as u64, 1).map_err(|error| Failure::Failed(error.into()))?;
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

fn config(cache: &Path, number: u32, nodes: usize) -> StoreConfig {
    let mut config = StoreConfig::new(cache, CacheKey::label_layer(number as usize), 0);
    config.size = Some(nodes);
    config
}

fn layer_file(cache: &Path, number: u32) -> PathBuf {
    StoreConfig::data_path(cache, &CacheKey::label_layer(number as usize))
}

/// Writes a layer of one sector; the file appears when it is whole and on disk.
fn write(layer: &Layer, path: &Path) -> Outcome<()> {
    replace(path, &mut |file| {
        if let Some(plain) = layer.plain() {
            return file.write_all(plain);
        }
        let mut labels = vec![Vec::new()];
        for first in (0..layer.nodes()).step_by(PORTION) {
            labels[0].resize((layer.nodes() - first).min(PORTION) * NODE_BYTES, 0);
            layer.read(first, &mut labels);
            file.write_all(&labels[0])?;
        }
        Ok(())
    })
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

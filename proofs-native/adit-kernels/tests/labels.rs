//! Labels by every kernel against SHA-256 of another crate, over graphs of any shape.

use adit_kernels::sdr::{self, LabelError, Layer, NodeParents, ParentError, BASE_DEGREE, DEGREE, MAX_SECTORS};
use adit_kernels::{Kernel, Node};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// Parents at random, often the node just before, as a real graph has them.
fn graph(random: &mut ChaCha8Rng, nodes: u32) -> Vec<NodeParents> {
    let mut graph = vec![[0; DEGREE]; nodes as usize];
    for node in 0..nodes {
        for (n, parent) in graph[node as usize].iter_mut().enumerate() {
            *parent = match n {
                _ if n >= BASE_DEGREE => random.gen_range(0..nodes),
                _ if node == 0 => 0,
                _ if n == BASE_DEGREE - 1 || random.gen_bool(0.2) => node - 1,
                _ => random.gen_range(0..node),
            };
        }
    }
    graph
}

/// The specification's way, one sector.
fn plain_layer(graph: &[NodeParents], id: &Node, layer: u32, previous: Option<&[Node]>) -> Vec<Node> {
    let mut labels: Vec<Node> = Vec::new();
    for (node, parents) in graph.iter().enumerate() {
        let mut message = Sha256::new();
        message.update(id);
        message.update(layer.to_be_bytes());
        message.update((node as u64).to_be_bytes());
        message.update([0; 20]);
        let degree = if previous.is_some() { DEGREE } else { BASE_DEGREE };
        for n in (0..degree).cycle().take(if node > 0 { 37 } else { 0 }) {
            let from = if n < BASE_DEGREE { &labels } else { previous.unwrap() };
            message.update(from[parents[n] as usize]);
        }
        let mut label: Node = message.finalize().into();
        label[31] &= 0x3f;
        labels.push(label);
    }
    labels
}

fn source(graph: &[NodeParents]) -> impl FnMut(u32, &mut [NodeParents]) -> Result<(), ParentError> + '_ {
    |first, into| {
        into.copy_from_slice(&graph[first as usize..first as usize + into.len()]);
        Ok(())
    }
}

fn ids(random: &mut ChaCha8Rng, sectors: usize) -> Vec<Node> {
    (0..sectors).map(|_| random.gen()).collect()
}

fn all(layer: &Layer) -> Vec<Vec<u8>> {
    let mut labels = vec![vec![0; layer.nodes() * 32]; layer.sectors()];
    layer.read(0, &mut labels);
    labels
}

#[test]
fn every_kernel_labels_as_the_specification_says() {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    // More nodes than are asked for at a time, and few.
    for (nodes, most) in [(2, 16), (3, 5), (64, 16), (4500, 3)] {
        let graph = graph(&mut random, nodes);
        for sectors in [1, 2, 3, 4, 5, 7, 15, MAX_SECTORS].into_iter().filter(|sectors| *sectors <= most) {
            let ids = ids(&mut random, sectors);
            let kernels = sdr::kernels();
            assert!(kernels.contains(&Kernel::Scalar));
            let mut expected: Vec<Vec<Node>> = Vec::new();
            let mut before: Vec<Option<Layer>> = kernels.iter().map(|_| None).collect();
            for layer in 1..=3 {
                let before_it = |n: usize| expected.get(n).map(Vec::as_slice);
                expected =
                    (ids.iter().enumerate()).map(|(n, id)| plain_layer(&graph, id, layer, before_it(n))).collect();
                for (kernel, before) in kernels.iter().zip(&mut before) {
                    let mut next = Layer::new(*kernel, nodes.into(), sectors).unwrap();
                    sdr::label(*kernel, layer, &ids, &mut source(&graph), before.as_ref(), &mut next).unwrap();
                    for (sector, labels) in all(&next).iter().enumerate() {
                        let name = kernel.name();
                        assert!(
                            *labels == expected[sector].concat(),
                            "{name}, {nodes}, {sector} of {sectors}, {layer}"
                        );
                    }
                    *before = Some(next);
                }
            }
        }
    }
}

/// One that fails its self-test is passed over, and would be by the tests here.
#[test]
fn no_kernel_that_this_cpu_can_run_is_passed_over() {
    let mut expected = vec![Kernel::Scalar, Kernel::ShaNi, Kernel::Avx512];
    expected.retain(|kernel| kernel.is_supported());
    assert_eq!(sdr::kernels(), expected);
}

#[test]
fn layers_give_back_what_was_put_in() {
    let mut random = ChaCha8Rng::seed_from_u64(12);
    for kernel in sdr::kernels() {
        for sectors in [1, 3, MAX_SECTORS] {
            let mut layer = Layer::new(kernel, 100, sectors).unwrap();
            let mut given = vec![vec![0; 40 * 32]; sectors];
            given.iter_mut().for_each(|bytes| random.fill_bytes(bytes));
            layer.write(7, &given);
            let mut got = vec![vec![1; 40 * 32]; sectors];
            layer.read(7, &mut got);
            assert_eq!(got, given, "{}", kernel.name());
            let rest: Vec<u8> = all(&layer).iter().flat_map(|all| [&all[..7 * 32], &all[47 * 32..]].concat()).collect();
            assert!(rest.iter().all(|byte| *byte == 0), "{}", kernel.name());
            if let Some(plain) = layer.plain() {
                assert_eq!(plain, all(&layer)[0]);
            }
        }
    }
}

#[test]
fn the_best_is_one_of_them_for_every_number_of_sectors() {
    for sectors in 1..=MAX_SECTORS {
        assert!(sdr::kernels().contains(&sdr::best(sectors).unwrap()));
    }
}

#[test]
fn parents_that_cannot_be_are_refused_before_they_are_read() {
    let mut random = ChaCha8Rng::seed_from_u64(13);
    let right = graph(&mut random, 50);
    for kernel in sdr::kernels() {
        for (node, n, parent) in [(9, 2, 9), (9, 0, 49), (9, 5, u32::MAX), (9, 6, 50), (49, 13, u32::MAX), (1, 3, 1)] {
            let mut wrong = right.clone();
            wrong[node as usize][n] = parent;
            let mut layer = Layer::new(kernel, 50, 2).unwrap();
            let got = sdr::label(kernel, 1, &[[1; 32], [2; 32]], &mut source(&wrong), None, &mut layer);
            let bad =
                matches!(got, Err(LabelError::BadParent { node: at, parent: found }) if at == node && found == parent);
            assert!(bad, "{got:?}");
        }
        let mut broken = |_, _: &mut [NodeParents]| Err(ParentError::from("the disk is gone"));
        let mut layer = Layer::new(kernel, 50, 1).unwrap();
        let got = sdr::label(kernel, 1, &[[1; 32]], &mut broken, None, &mut layer);
        assert!(got.unwrap_err().to_string().contains("the disk is gone"));
    }
    for (nodes, sectors) in [(50, 0), (50, MAX_SECTORS + 1), (1, 1), (1 << 32, 1)] {
        let bad = Layer::new(Kernel::Scalar, nodes, sectors);
        assert!(matches!(bad, Err(LabelError::BadSize { .. })), "{nodes} {sectors}");
    }
}

#[test]
#[should_panic(expected = "the first layer alone")]
fn a_later_layer_without_the_one_before_is_refused() {
    let mut layer = Layer::new(Kernel::Scalar, 50, 1).unwrap();
    let _ = sdr::label(Kernel::Scalar, 2, &[[1; 32]], &mut |_, _| Ok(()), None, &mut layer);
}

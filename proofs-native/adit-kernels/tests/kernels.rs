//! Every kernel that this CPU has against SHA-256 of another crate, and commitments against a tree built the plain way.

use adit_kernels::{fr32, zero_node, CommP, CommPError, Kernel, KernelError, Node, PieceCommitment};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

fn node(pair: &[u8]) -> Node {
    let mut node: Node = Sha256::digest(pair).into();
    node[31] &= 0x3f;
    node
}

fn bytes(random: &mut ChaCha8Rng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random.fill_bytes(&mut bytes);
    bytes
}

/// All levels of the tree over the payload, leaves first.
fn plain_tree(payload: &[u8], padded_size: usize) -> Vec<Vec<Node>> {
    let mut raw = payload.to_vec();
    raw.resize(padded_size / 128 * 127, 0);
    let mut padded = vec![0; padded_size];
    fr32::pad(Kernel::Scalar, &raw, &mut padded);
    let mut levels: Vec<Vec<Node>> = vec![padded.chunks(32).map(|leaf| leaf.try_into().unwrap()).collect()];
    while levels.last().unwrap().len() > 1 {
        let next = levels.last().unwrap().chunks(2).map(|pair| node(&pair.concat())).collect();
        levels.push(next);
    }
    levels
}

fn smallest(length: usize) -> usize {
    length.div_ceil(127).next_power_of_two() * 128
}

fn commit(mut commp: CommP, payload: &[u8], mut portion: impl FnMut() -> usize) -> PieceCommitment {
    let mut rest = payload;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(portion().min(rest.len()));
        commp.update(now);
        rest = later;
    }
    commp.finish().unwrap()
}

#[test]
fn every_kernel_hashes_as_sha256_does_at_every_count_and_alignment() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let kernels = Kernel::available();
    assert!(kernels.contains(&Kernel::Scalar));
    for kernel in kernels {
        for count in (0..100).chain([127, 128, 129, 500]) {
            let offset = random.gen_range(0..64);
            let pairs = bytes(&mut random, offset + 64 * count);
            let mut nodes = vec![0xff; offset + 32 * count + 5];
            kernel.hash(&pairs[offset..], &mut nodes[offset..offset + 32 * count]);
            let expected: Vec<u8> = pairs[offset..].chunks(64).flat_map(node).collect();
            assert_eq!(nodes[offset..offset + 32 * count], expected, "{} pairs by {}", count, kernel.name());
            assert_eq!(nodes[offset + 32 * count..], [0xff; 5], "{} wrote too far", kernel.name());
            assert!(nodes[..offset].iter().all(|byte| *byte == 0xff));
        }
    }
}

#[test]
fn kernels_are_found_by_name_and_the_best_is_one_of_them() {
    assert!(Kernel::available().contains(&Kernel::best().unwrap()));
    for kernel in Kernel::ALL {
        match Kernel::named(kernel.name()) {
            Ok(found) => assert_eq!(found, kernel),
            Err(error) => assert_eq!(error, KernelError::Unsupported(kernel)),
        }
    }
    assert_eq!(Kernel::named("abacus"), Err(KernelError::Unknown("abacus".to_string())));
}

#[test]
#[should_panic(expected = "room for")]
fn room_that_does_not_fit_is_refused() {
    Kernel::Scalar.hash(&[0; 128], &mut [0; 96]);
}

#[test]
fn commitments_are_those_of_a_plain_tree_at_every_edge() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut lengths = vec![1, 2, 31, 32, 126, 127, 128, 253, 254, 255, 381, 508, 509];
    for power in [9, 12, 16, 17, 18, 20] {
        lengths.extend([(1 << power) - 1, 1 << power, (1 << power) + 1]);
        lengths.extend([(1 << power) / 128 * 127 - 1, (1 << power) / 128 * 127, (1 << power) / 128 * 127 + 1]);
    }
    for length in lengths {
        let payload = bytes(&mut random, length);
        let expected = plain_tree(&payload, smallest(length)).pop().unwrap()[0];
        for kernel in Kernel::available() {
            let got = commit(CommP::new(kernel), &payload, || usize::MAX);
            assert_eq!(got.comm_p, expected, "{length} bytes by {}", kernel.name());
            assert_eq!((got.padded_size, got.raw_size), (smallest(length) as u64, length as u64));
        }
    }
}

#[test]
fn portions_and_threads_change_nothing() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let kernel = Kernel::best().unwrap();
    let payload = bytes(&mut random, 5_000_001);
    let expected = commit(CommP::new(kernel), &payload, || usize::MAX);
    assert_eq!(expected.comm_p, plain_tree(&payload, 8 << 20).pop().unwrap()[0]);
    for portion in [1, 126, 127, 128, 4096, 65023, 65024, 65025, 1 << 20] {
        let take = payload.len().min(portion * 5000);
        let expected = commit(CommP::new(kernel), &payload[..take], || usize::MAX);
        assert_eq!(commit(CommP::new(kernel), &payload[..take], || portion), expected, "portions of {portion}");
    }
    for threads in [1, 2, 3, 7] {
        let parallel = || CommP::parallel(kernel, threads).unwrap();
        assert_eq!(commit(parallel(), &payload, || usize::MAX), expected, "{threads} threads, at once");
        let mut sizes = ChaCha8Rng::seed_from_u64(threads as u64);
        let portions = || if sizes.gen_bool(0.3) { sizes.gen_range(1..3_000_000) } else { sizes.gen_range(1..300) };
        assert_eq!(commit(parallel(), &payload[..3_000_000], portions).raw_size, 3_000_000);
        let mut sizes = ChaCha8Rng::seed_from_u64(threads as u64);
        let portions = || sizes.gen_range(1..2_000_000);
        assert_eq!(commit(parallel(), &payload, portions), expected, "{threads} threads, in portions");
    }
}

#[test]
fn random_lengths_in_random_portions() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let kernels = Kernel::available();
    for _ in 0..60 {
        let bits = random.gen_range(0..19);
        let length = random.gen_range(1usize << bits..2 << bits);
        let payload = bytes(&mut random, length);
        let kernel = kernels[random.gen_range(0..kernels.len())];
        let mut sizes = random.clone();
        let got = commit(CommP::new(kernel), &payload, || sizes.gen_range(1..100_000));
        assert_eq!(got.comm_p, plain_tree(&payload, smallest(length)).pop().unwrap()[0], "{length} bytes");
    }
}

#[test]
fn a_piece_may_be_larger_than_its_payload() {
    let payload = bytes(&mut ChaCha8Rng::seed_from_u64(6), 1000);
    let with = |size| {
        let mut commp = CommP::new(Kernel::best().unwrap());
        commp.update(&payload);
        commp.finish_as(size)
    };
    assert_eq!(with(1 << 16).unwrap().comm_p, plain_tree(&payload, 1 << 16).pop().unwrap()[0]);
    let mut root = with(1024).unwrap().comm_p;
    for level in 5..40 {
        root = node(&[&root[..], zero_node(level)].concat());
    }
    assert_eq!(with(1 << 45).unwrap().comm_p, root);
    assert_eq!(with(512), Err(CommPError::TooLong { raw_size: 1000, most: 508 }));
    for bad in [0, 1, 64, 127, 1000] {
        assert_eq!(with(bad), Err(CommPError::BadSize(bad)));
    }
    assert_eq!(CommP::new(Kernel::Scalar).finish(), Err(CommPError::Empty));
    assert_eq!(CommP::parallel(Kernel::Scalar, 0).err(), Some(CommPError::BadThreads(0)));
    assert_eq!(CommP::parallel(Kernel::Scalar, 1000).err(), Some(CommPError::BadThreads(1000)));
}

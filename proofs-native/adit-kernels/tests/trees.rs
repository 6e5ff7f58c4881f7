//! Trees in files against trees built the plain way, and sums in the field against another crate's.

use adit_kernels::{field, tree_file, Kernel, Node};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;

fn node(pair: &[u8]) -> Node {
    let mut node: Node = Sha256::digest(pair).into();
    node[31] &= 0x3f;
    node
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("adit-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The whole file, level by level.
fn plain_tree(data: &[u8]) -> Vec<u8> {
    let mut file = data.to_vec();
    let mut level = data.to_vec();
    while level.len() > 32 {
        level = level.chunks(64).flat_map(node).collect();
        file.extend(&level);
    }
    file
}

#[test]
fn tree_files_are_those_of_a_plain_tree() {
    let folder = folder("trees");
    let mut random = ChaCha8Rng::seed_from_u64(21);
    for bits in [6, 7, 11, 16, 20, 21, 22, 23] {
        let size = 1usize << bits;
        for missing in if bits < 20 { vec![0, 1, size / 3, size] } else { vec![size / 3] } {
            let mut data = vec![0; size];
            random.fill_bytes(&mut data[..size - missing]);
            fs::write(folder.join("data"), &data[..size - missing]).unwrap();
            let file = File::open(folder.join("data")).unwrap();
            let expected = plain_tree(&data);
            for threads in [1, 3] {
                for kernel in
                    Kernel::available().into_iter().filter(|kernel| bits < 20 || *kernel == Kernel::best().unwrap())
                {
                    let path = folder.join("tree");
                    fs::write(&path, vec![0xff; 3 * size]).unwrap();
                    let tree = OpenOptions::new().write(true).open(&path).unwrap();
                    let root = tree_file::write(kernel, threads, &file, size as u64, &tree).unwrap();
                    assert_eq!(root[..], expected[expected.len() - 32..], "{size} bytes by {}", kernel.name());
                    assert!(fs::read(&path).unwrap() == expected, "{size} bytes by {}", kernel.name());
                    assert_eq!(tree_file::length(size as u64), expected.len() as u64);
                }
            }
        }
    }
    let file = File::open(folder.join("data")).unwrap();
    for (size, threads) in [(0, 1), (32, 1), (96, 1), (1 << 60, 1), (64, 0), (64, 1000)] {
        assert!(tree_file::write(Kernel::Scalar, threads, &file, size, &file).is_err(), "{size} {threads}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// The modulus, little-endian.
fn modulus() -> Node {
    let mut modulus = [0; 32];
    let digits = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";
    for (n, byte) in modulus.iter_mut().rev().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * n..2 * n + 2], 16).unwrap();
    }
    modulus
}

/// Digit by digit, as on paper: `left` plus or minus `right`, and what is carried out.
fn plainly(left: &Node, right: &Node, minus: bool) -> (Node, i32) {
    let mut result = [0; 32];
    let mut carry = 0;
    for n in 0..32 {
        let right = i32::from(right[n]);
        let sum = i32::from(left[n]) + carry + if minus { -right } else { right };
        result[n] = sum.rem_euclid(256) as u8;
        carry = sum.div_euclid(256);
    }
    (result, carry)
}

fn below(value: &Node) -> bool {
    plainly(value, &modulus(), true).1 < 0
}

#[test]
fn sums_and_differences_are_those_on_paper() {
    let mut random = ChaCha8Rng::seed_from_u64(22);
    let mut edges = vec![[0; 32], modulus()];
    for small in 1..4u8 {
        let mut number = [0; 32];
        number[0] = small;
        edges.extend([number, plainly(&modulus(), &number, true).0]);
    }
    for word in 1..4 {
        let mut number = [0; 32];
        number[..8 * word].fill(0xff);
        edges.push(number);
    }
    edges.retain(below);
    for _ in 0..200 {
        edges.push(random.gen());
        edges.last_mut().unwrap()[31] &= 0x3f;
    }
    for left in &edges {
        let (values, keys) = (left.repeat(edges.len()), edges.concat());
        let mut sums = values.clone();
        field::encode(&mut sums, &keys).unwrap();
        for (sum, right) in sums.chunks(32).zip(&edges) {
            let plain = plainly(left, right, false).0;
            let plain = if below(&plain) { plain } else { plainly(&plain, &modulus(), true).0 };
            assert_eq!(sum, plain);
        }
        field::decode(&mut sums, &keys).unwrap();
        assert_eq!(sums, values);
    }
}

#[test]
fn numbers_that_are_no_elements_are_named_and_nothing_after_them_changes() {
    for at in [0, 1, 63, 64, 99] {
        for wrong in [modulus(), [0xff; 32]] {
            let (mut values, keys) = (vec![1; 100 * 32], vec![2; 100 * 32]);
            values[at * 32..][..32].copy_from_slice(&wrong);
            assert_eq!(field::encode(&mut values.clone(), &keys).unwrap_err().element, at);
            assert_eq!(field::decode(&mut values.clone(), &keys).unwrap_err().element, at);
            assert_eq!(field::decode(&mut keys.clone(), &values).unwrap_err().element, at);
        }
    }
    let fine = field::encode(&mut [], &[]);
    assert_eq!(fine, Ok(()));
}

#[test]
#[should_panic(expected = "of keys")]
fn lengths_that_differ_are_refused() {
    let _ = field::encode(&mut [0; 64], &[0; 32]);
}

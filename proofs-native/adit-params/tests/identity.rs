//! The files are those of the general-purpose generator, complete files are known from damaged ones, and they are the
//! same on every machine.

use adit_params::circuits::{Kind, Parameterised};
use adit_params::progress::Progress;
use adit_params::{check, files, generate, srs};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::PathBuf;

/// SHA-256 of the 2 KiB window verifying key; recorded proofs depend on it.
const WINDOW_2KIB_KEY: &str = "85d0e280407429f3852e24d0cfa0a79dcee440a4dce80d3060df72fec1492355";

fn scratch(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("adit-params-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

#[test]
fn window_parameters_are_byte_identical_and_recognised_when_damaged() {
    let directory = scratch("identity");
    check::identical_to_bellperson(&directory, Kind::Window, 2048).unwrap();

    let circuit = Parameterised::new(Kind::Window, 2048).unwrap();
    let key = fs::read(directory.join(circuit.key_file())).unwrap();
    let digest: String = Sha256::digest(&key).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(digest, WINDOW_2KIB_KEY);
    assert!(files::is_complete(&directory, &circuit));

    let mut out = Vec::new();
    generate::make(&directory, &circuit, circuit.count().unwrap(), &mut Progress::new(&mut out, 1)).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("\"skipped\":true"));

    let params = directory.join(circuit.params_file());
    let length = fs::metadata(&params).unwrap().len();
    fs::OpenOptions::new().write(true).open(&params).unwrap().set_len(length - 1).unwrap();
    assert!(!files::is_complete(&directory, &circuit), "a byte is missing");
    fs::remove_file(directory.join(circuit.meta_file())).unwrap();
    assert!(!files::is_complete(&directory, &circuit), "the meta file is missing");
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn reference_string_is_reproducible() {
    let directory = scratch("srs");
    assert!(!srs::is_complete(&directory));
    srs::make(&directory).unwrap();
    let first = fs::read(directory.join(srs::FILE)).unwrap();
    srs::make(&directory).unwrap();
    assert!(srs::is_complete(&directory));
    assert_eq!(first, fs::read(directory.join(srs::FILE)).unwrap());
    fs::remove_dir_all(&directory).unwrap();
}

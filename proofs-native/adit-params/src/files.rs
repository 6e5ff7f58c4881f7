//! Parameter files on disk: written under a temporary name, synced, renamed; and recognised as whole.
//!
//! A `.params` file is the verifying key, then five lists of uncompressed points, each with a big-endian `u32` count:
//! H, L, A and B in G1, B in G2. The `.vk` file repeats the key, the `.meta` file names the sector size. They appear in
//! the order params, vk, meta, so that the last one present means all are.

use crate::circuits::Parameterised;
use crate::fixed_base::{FixedBaseG1, FixedBaseG2};
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Key bytes before its list of inputs: three points of G1 and three of G2.
const KEY_HEAD: usize = 3 * FixedBaseG1::BYTES + 3 * FixedBaseG2::BYTES;
/// Inputs that any circuit here stays below by far; larger counts mean a damaged file.
const MAX_INPUTS: u32 = 1 << 16;
const TEMPORARY: &str = ".tmp";

/// A file that appears under its name only when it is complete.
pub struct NewFile {
    writer: BufWriter<File>,
    temporary: PathBuf,
    target: PathBuf,
}

impl NewFile {
    pub fn create(directory: &Path, name: &str) -> Result<Self> {
        let temporary = directory.join(format!(".{name}{TEMPORARY}"));
        let file = File::create(&temporary).with_context(|| format!("creating {}", temporary.display()))?;
        Ok(NewFile { writer: BufWriter::with_capacity(1 << 20, file), temporary, target: directory.join(name) })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.writer.write_all(bytes).with_context(|| format!("writing {}", self.temporary.display()))
    }

    pub fn count(&mut self, count: usize) -> Result<()> {
        let count = u32::try_from(count).context("more points than the format can count")?;
        self.write(&count.to_be_bytes())
    }

    pub fn finish(mut self) -> Result<()> {
        self.writer.flush().with_context(|| format!("writing {}", self.temporary.display()))?;
        self.writer.get_ref().sync_all().with_context(|| format!("syncing {}", self.temporary.display()))?;
        fs::rename(&self.temporary, &self.target).with_context(|| format!("renaming to {}", self.target.display()))?;
        if let Some(directory) = self.target.parent() {
            File::open(directory)?.sync_all().with_context(|| format!("syncing {}", directory.display()))?;
        }
        Ok(())
    }
}

/// Writes a small file whole.
pub fn write_new(directory: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let mut file = NewFile::create(directory, name)?;
    file.write(bytes)?;
    file.finish()
}

/// Removes what runs that were cut off left behind. Only for the holder of the directory's lock.
pub fn remove_temporaries(directory: &Path) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(".v28-") && name.ends_with(TEMPORARY) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Held while files are made, so that two processes do not make the same ones.
pub struct DirectoryLock(#[allow(dead_code)] File);

impl DirectoryLock {
    /// Waits until no other process holds it.
    pub fn take(directory: &Path) -> Result<Self> {
        fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
        let path = directory.join(".adit-params.lock");
        let file = File::create(&path).with_context(|| format!("creating {}", path.display()))?;
        file.lock().with_context(|| format!("locking {}", path.display()))?;
        Ok(DirectoryLock(file))
    }
}

/// Whether all three files are there and fit together: the params file has exactly the length its counts promise, and
/// the key file is its head.
pub fn is_complete(directory: &Path, circuit: &Parameterised) -> bool {
    let complete = || -> Result<bool> {
        if fs::read_to_string(directory.join(circuit.meta_file()))? != circuit.meta() {
            return Ok(false);
        }
        let key = fs::read(directory.join(circuit.key_file()))?;
        let mut params = File::open(directory.join(circuit.params_file()))?;
        let mut head = vec![0; key.len()];
        params.read_exact(&mut head)?;
        Ok(head == key && promised_length(&mut params)? == params.metadata()?.len())
    };
    complete().unwrap_or(false)
}

/// The length that a params file's own counts give.
fn promised_length(file: &mut File) -> Result<u64> {
    file.seek(SeekFrom::Start(KEY_HEAD as u64))?;
    let inputs = read_count(file)?;
    anyhow::ensure!(inputs <= MAX_INPUTS, "{inputs} inputs in a key");
    let mut position = file.seek(SeekFrom::Current(i64::from(inputs) * FixedBaseG1::BYTES as i64))?;
    for point in [FixedBaseG1::BYTES, FixedBaseG1::BYTES, FixedBaseG1::BYTES, FixedBaseG1::BYTES, FixedBaseG2::BYTES] {
        let count = read_count(file)?;
        position = file.seek(SeekFrom::Current(i64::from(count) * point as i64))?;
    }
    Ok(position)
}

fn read_count(file: &mut File) -> Result<u32> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}

//! Reading what a caller passed: every pointer is checked for null and every length against what is there.

use adit_proofs::{Failure, Outcome};
use std::path::PathBuf;

/// Longest path that is taken.
const MAX_PATH: usize = 4096;
/// Largest buffer that is taken: above a commit phase 1 output for 64 GiB sectors.
const MAX_BYTES: usize = 1 << 30;

/// # Safety
/// `pointer` must be null or point to `length` readable bytes that outlive the use.
pub unsafe fn bytes<'a>(pointer: *const u8, length: usize, what: &str) -> Outcome<&'a [u8]> {
    if length == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(Failure::invalid(format!("{what}: null pointer for {length} bytes")));
    }
    if length > MAX_BYTES {
        return Err(Failure::invalid(format!("{what}: {length} bytes, at most {MAX_BYTES} are taken")));
    }
    Ok(std::slice::from_raw_parts(pointer, length))
}

/// # Safety
/// `pointer` must be null or point to 32 readable bytes.
pub unsafe fn array32(pointer: *const u8, what: &str) -> Outcome<[u8; 32]> {
    let slice = bytes(pointer, 32, what)?;
    slice.try_into().map_err(|_| Failure::invalid(format!("{what}: not 32 bytes")))
}

/// # Safety
/// As [`bytes`].
pub unsafe fn path(pointer: *const u8, length: usize, what: &str) -> Outcome<PathBuf> {
    to_path(bytes(pointer, length, what)?, what)
}

/// No bytes mean no path.
///
/// # Safety
/// As [`bytes`].
pub unsafe fn optional_path(pointer: *const u8, length: usize, what: &str) -> Outcome<Option<PathBuf>> {
    if length == 0 {
        return Ok(None);
    }
    path(pointer, length, what).map(Some)
}

fn to_path(slice: &[u8], what: &str) -> Outcome<PathBuf> {
    if slice.is_empty() || slice.len() > MAX_PATH || slice.contains(&0) {
        return Err(Failure::invalid(format!("{what}: a path has 1 to {MAX_PATH} bytes and no NUL")));
    }
    let text = std::str::from_utf8(slice).map_err(|_| Failure::invalid(format!("{what}: path is not UTF-8")))?;
    Ok(PathBuf::from(text))
}

/// Walks over a packed buffer.
pub struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub fn new(buffer: &'a [u8], what: &'static str) -> Self {
        Reader { rest: buffer, what }
    }

    /// A list of `count` items of `item` bytes each.
    ///
    /// # Safety
    /// As [`bytes`], with `count * item` bytes.
    pub unsafe fn list(pointer: *const u8, count: usize, item: usize, what: &'static str) -> Outcome<Self> {
        let length =
            count.checked_mul(item).ok_or_else(|| Failure::invalid(format!("{what}: {count} items are too many")))?;
        Ok(Self::new(bytes(pointer, length, what)?, what))
    }

    fn take(&mut self, count: usize) -> Outcome<&'a [u8]> {
        if count > self.rest.len() {
            return Err(Failure::invalid(format!("{}: {count} bytes due, {} left", self.what, self.rest.len())));
        }
        let (head, tail) = self.rest.split_at(count);
        self.rest = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub fn u64(&mut self) -> Outcome<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub fn array32(&mut self) -> Outcome<[u8; 32]> {
        self.array()
    }

    pub fn path(&mut self) -> Outcome<PathBuf> {
        let length = u32::from_le_bytes(self.array()?);
        let slice = self.take(length as usize)?;
        to_path(slice, self.what)
    }

    pub fn end(&self) -> Outcome<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(Failure::invalid(format!("{}: {} bytes too many", self.what, self.rest.len())))
    }
}

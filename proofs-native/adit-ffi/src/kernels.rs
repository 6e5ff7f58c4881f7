//! Piece commitments from a stream. A stream is a number, not an address: one that is unknown or finished is refused.

use crate::buffer::bytes;
use crate::guard::answer;
use crate::{Out, OutLen};
use adit_kernels::{CommP, Kernel};
use adit_proofs::{measure, measure_sealing, Failure, Outcome};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Streams that may be open at a time: 0.2 MiB each with one thread.
const MAX_OPEN: usize = 4096;

#[derive(Default)]
struct Streams {
    last: u64,
    open: HashMap<u64, Arc<Mutex<CommP>>>,
}

static STREAMS: Mutex<Option<Streams>> = Mutex::new(None);

fn streams<T>(work: impl FnOnce(&mut Streams) -> T) -> T {
    // Nothing that is done under this lock leaves the map half changed.
    let mut streams = STREAMS.lock().unwrap_or_else(PoisonError::into_inner);
    work(streams.get_or_insert_with(Streams::default))
}

fn open(commp: CommP) -> Outcome<u64> {
    streams(|streams| {
        if streams.open.len() >= MAX_OPEN {
            return Err(Failure::invalid(format!("{MAX_OPEN} piece commitments are open already")));
        }
        streams.last += 1;
        streams.open.insert(streams.last, Arc::new(Mutex::new(commp)));
        Ok(streams.last)
    })
}

fn unknown(stream: u64) -> Failure {
    Failure::invalid(format!("there is no open piece commitment {stream}"))
}

fn find(stream: u64) -> Outcome<Arc<Mutex<CommP>>> {
    streams(|streams| streams.open.get(&stream).cloned()).ok_or_else(|| unknown(stream))
}

fn close(stream: u64) -> Outcome<Arc<Mutex<CommP>>> {
    streams(|streams| streams.open.remove(&stream)).ok_or_else(|| unknown(stream))
}

/// A panic in the middle has left the tree in no state to go on with.
fn whole(commp: &Mutex<CommP>) -> Outcome<MutexGuard<'_, CommP>> {
    commp.lock().map_err(|_| Failure::invalid("the piece commitment was cut off by a panic"))
}

fn invalid(error: impl std::error::Error) -> Failure {
    Failure::invalid(error.to_string())
}

/// No name means the best.
unsafe fn kernel(name: *const u8, length: usize) -> Outcome<Kernel> {
    let name = bytes(name, length, "kernel")?;
    if name.is_empty() {
        return Kernel::best().map_err(invalid);
    }
    let name = std::str::from_utf8(name).map_err(|_| Failure::invalid("the kernel's name is not UTF-8"))?;
    Kernel::named(name).map_err(invalid)
}

/// `key=value` lines: `best`, and `available`, which is a list with commas, slowest kind first.
///
/// # Safety
/// See the crate's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_kernels(out: Out, out_len: OutLen) -> i32 {
    answer(out, out_len, || {
        let best = Kernel::best().map_err(invalid)?.name();
        let available: Vec<_> = Kernel::available().into_iter().map(Kernel::name).collect();
        Ok(format!("best={best}\navailable={}\n", available.join(",")).into_bytes())
    })
}

/// Begins a piece commitment and answers its number (u64), for the entries below. It lives until it is finished or
/// dropped. `kernel` names one of [`adit_kernels`], or nothing for the best; one thread is the calling one.
///
/// # Safety
/// See the crate's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_commp_new(
    kernel_name: *const u8,
    kernel_len: usize,
    threads: u64,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let kernel = kernel(kernel_name, kernel_len)?;
        let threads = usize::try_from(threads).unwrap_or(usize::MAX);
        let stream = open(CommP::parallel(kernel, threads).map_err(invalid)?)?;
        Ok(stream.to_le_bytes().to_vec())
    })
}

/// Takes more payload, at most 1 GiB; answers nothing. One stream is for one caller at a time: others wait.
///
/// # Safety
/// See the crate's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_commp_update(
    stream: u64,
    payload: *const u8,
    payload_len: usize,
    out: Out,
    out_len: OutLen,
) -> i32 {
    answer(out, out_len, || {
        let payload = bytes(payload, payload_len, "payload")?;
        let commp = find(stream)?;
        whole(&commp)?.update(payload);
        Ok(Vec::new())
    })
}

/// Ends the stream, whether there is a commitment or not, and answers CommP (32 bytes), the padded size and the payload's
/// size (u64 each). `padded_size` 0 means the smallest that holds the payload.
///
/// # Safety
/// See the crate's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_commp_finish(stream: u64, padded_size: u64, out: Out, out_len: OutLen) -> i32 {
    answer(out, out_len, || {
        let commp = Arc::into_inner(close(stream)?)
            .ok_or_else(|| Failure::invalid(format!("the piece commitment {stream} is still being fed")))?
            .into_inner()
            .map_err(|_| Failure::invalid("the piece commitment was cut off by a panic"))?;
        let piece = if padded_size == 0 { commp.finish() } else { commp.finish_as(padded_size) }.map_err(invalid)?;
        Ok([&piece.comm_p[..], &piece.padded_size.to_le_bytes(), &piece.raw_size.to_le_bytes()].concat())
    })
}

/// Forgets a stream that is not to be finished; one that is finished or unknown is no error.
#[no_mangle]
pub extern "C" fn adit_commp_drop(stream: u64) {
    // What is dropped has no code of its own to panic in.
    let _ = close(stream);
}

/// Measures the kernels and the proof library over one piece: a line each, of its name, `=`, and the CPU-seconds of its runs
/// with commas; the library, `rust-fil-proofs`, is the last.
///
/// # Safety
/// See the crate's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_measure_pieces(padded_size: u64, runs: u64, out: Out, out_len: OutLen) -> i32 {
    answer(out, out_len, || {
        let mut text = String::new();
        for way in measure::pieces(padded_size, runs)? {
            let seconds: Vec<_> = way.seconds.iter().map(|seconds| format!("{seconds:.9}")).collect();
            text.push_str(&format!("{}={}\n", way.name, seconds.join(",")));
        }
        Ok(text.into_bytes())
    })
}

/// Measures the parts of sealing that kernels do, over `size` bytes: a line with the clock's cycles a second (`clock=`), and one
/// for each way, of what is done, its name, the bytes worked on, `=`, and the CPU-seconds of its runs with commas. The
/// library, `rust-fil-proofs`, comes after the kernel that does the same.
///
/// # Safety
/// See the crate's rules.
#[no_mangle]
pub unsafe extern "C" fn adit_measure_sealing(size: u64, runs: u64, out: Out, out_len: OutLen) -> i32 {
    answer(out, out_len, || {
        let report = measure_sealing::all(size, runs)?;
        let mut text = format!("clock={:.0}\n", report.clock);
        for way in report.measured {
            let seconds: Vec<_> = way.seconds.iter().map(|seconds| format!("{seconds:.9}")).collect();
            text.push_str(&format!("{} {} {}={}\n", way.bench, way.way, way.bytes, seconds.join(",")));
        }
        Ok(text.into_bytes())
    })
}

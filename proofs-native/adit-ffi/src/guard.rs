//! The border: no panic and no error crosses it as anything but a code and a text.

use crate::{Out, OutLen};
use adit_proofs::{panic_message, Outcome};
use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Mutex;

pub const OK: i32 = 0;
pub const ERROR: i32 = 1;
pub const PANIC: i32 = 2;

/// Where the last panic happened; unwinding carries the message but not the place.
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Runs one entry and hands its answer, or why there is none, to the caller.
///
/// # Safety
/// `out` and `out_len` must be null or writable.
pub unsafe fn answer(out: Out, out_len: OutLen, work: impl FnOnce() -> Outcome<Vec<u8>>) -> i32 {
    if out.is_null() || out_len.is_null() {
        return ERROR;
    }
    let (code, bytes) = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(bytes)) => (OK, bytes),
        Ok(Err(failure)) => {
            let code = if failure.is_panic() { PANIC } else { ERROR };
            (code, format!("{}\n{failure}", failure.kind()).into_bytes())
        }
        Err(payload) => (PANIC, format!("panic\n{}", describe(payload.as_ref())).into_bytes()),
    };
    let boxed = bytes.into_boxed_slice();
    *out_len = boxed.len();
    *out = Box::into_raw(boxed).cast();
    code
}

fn describe(payload: &(dyn Any + Send)) -> String {
    let text = panic_message(payload);
    let place = LAST_PANIC.lock().ok().and_then(|mut last| last.take());
    match place {
        Some(place) => format!("{text} ({place})"),
        None => text,
    }
}

/// Replaces the default hook, which prints a backtrace hint meant for Rust developers.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place =
            info.location().map_or_else(|| "unknown place".to_string(), |l| format!("{}:{}", l.file(), l.line()));
        let thread = std::thread::current().name().unwrap_or("unnamed").to_string();
        log::error!(target: "adit_ffi", "panic on thread {thread} at {place}: {}", panic_message(info.payload()));
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = Some(place);
        }
    }));
}

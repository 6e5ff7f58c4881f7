//! First call: environment, logger, panic hook; and what this build is.

use crate::guard::install_panic_hook;
use adit_proofs::{Failure, Outcome};
use log::{LevelFilter, Log, Metadata, Record};
use std::io::Write;
use std::sync::Once;

static ONCE: Once = Once::new();

/// Variables a caller may set: the proof library's own, thread counts, and where temporary files go.
const ALLOWED_PREFIXES: [&str; 6] = ["FIL_PROOFS_", "RAYON_", "EC_GPU_", "BELLMAN_", "NEPTUNE_", "TMPDIR"];
/// Ours, not passed on: how much of the library's log is shown (`off` … `trace`).
const LOG_LEVEL: &str = "ADIT_LOG_LEVEL";

pub fn init(settings: &[u8]) -> Outcome<()> {
    let text = std::str::from_utf8(settings).map_err(|_| Failure::invalid("settings are not UTF-8"))?;
    let mut level = LevelFilter::Warn;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (key, value) = line
            .split_once('=')
            .filter(|(_, value)| !value.contains('\0'))
            .ok_or_else(|| Failure::invalid(format!("setting without a value: {line}")))?;
        if key == LOG_LEVEL {
            level = value.parse().map_err(|_| Failure::invalid(format!("unknown log level {value}")))?;
        } else if ALLOWED_PREFIXES.iter().any(|prefix| key.starts_with(prefix)) {
            std::env::set_var(key, value);
        } else {
            return Err(Failure::invalid(format!("setting {key} is not one of the proof library's")));
        }
    }
    ONCE.call_once(|| {
        install_panic_hook();
        // A host that has set a logger keeps it.
        let _ = log::set_logger(&STDERR);
    });
    log::set_max_level(level);
    Ok(())
}

pub fn version() -> String {
    let mut cpu = Vec::new();
    if cfg!(target_feature = "sha") {
        cpu.push("sha");
    }
    if cfg!(target_feature = "ssse3") {
        cpu.push("ssse3");
    }
    if cfg!(target_feature = "sse4.1") {
        cpu.push("sse4.1");
    }
    format!(
        "version={}\napi={}\nvariant={}\ncpu={}\naccelerator={}\n",
        env!("CARGO_PKG_VERSION"),
        adit_proofs::FILECOIN_PROOFS_API_VERSION,
        if cfg!(target_feature = "sha") { "sha" } else { "portable" },
        cpu.join(","),
        adit_proofs::ACCELERATOR
    )
}

/// One line per record on stderr, level first, so that a supervising process can sort them.
struct Stderr;

static STDERR: Stderr = Stderr;

impl Log for Stderr {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let text = record.args().to_string().replace('\n', " ");
        let _ = writeln!(std::io::stderr().lock(), "{} {}: {text}", record.level(), record.target());
    }

    fn flush(&self) {}
}

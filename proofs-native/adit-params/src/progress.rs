//! Progress as lines of JSON on standard output, one object a line:
//!
//! `{"file":"v28-….params","percent":41.2,"eta":33}`: share of all the work asked for, seconds left (absent at first);
//! `{"file":"…","done":true}`: this file is whole and on disk, `"skipped":true` when it already was;
//! `{"done":true,"percent":100.0,"eta":0}`: everything is there.

use std::io::Write;
use std::time::{Duration, Instant};

/// At most one line per this time.
const INTERVAL: Duration = Duration::from_millis(500);
/// Nothing is said about the time left before this much is known.
const EARLIEST_ESTIMATE: f64 = 1.0;

/// Work is counted in points of G1; a point of G2 takes as long as three.
pub const G2_COST: u64 = 3;

pub struct Progress<W: Write> {
    out: W,
    total: u64,
    done: u64,
    highest: f64,
    started: Instant,
    last: Option<Instant>,
}

impl<W: Write> Progress<W> {
    pub fn new(out: W, total: u64) -> Self {
        Progress { out, total: total.max(1), done: 0, highest: 0.0, started: Instant::now(), last: None }
    }

    /// The plan was an estimate; now more is known.
    pub fn correct(&mut self, planned: u64, exact: u64) {
        self.total = (self.total + exact).saturating_sub(planned).max(1);
    }

    pub fn add(&mut self, file: &str, work: u64) {
        self.done += work;
        if self.last.is_some_and(|last| last.elapsed() < INTERVAL) {
            return;
        }
        self.last = Some(Instant::now());
        self.highest = (100.0 * self.done as f64 / self.total as f64).clamp(self.highest, 99.9);
        let eta = if self.highest < EARLIEST_ESTIMATE {
            String::new()
        } else {
            let left = self.started.elapsed().as_secs_f64() * (100.0 - self.highest) / self.highest;
            format!(",\"eta\":{}", left.ceil() as u64)
        };
        self.line(&format!("{{\"file\":\"{file}\",\"percent\":{:.1}{eta}}}", self.highest));
    }

    pub fn file_done(&mut self, file: &str, skipped: bool) {
        let skipped = if skipped { ",\"skipped\":true" } else { "" };
        self.line(&format!("{{\"file\":\"{file}\",\"done\":true{skipped}}}"));
    }

    pub fn all_done(&mut self) {
        self.line("{\"done\":true,\"percent\":100.0,\"eta\":0}");
    }

    /// A reader that went away is no reason to stop.
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}").and_then(|()| self.out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_never_falls_and_ends_at_100() {
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, 100);
        progress.add("a", 50);
        progress.last = None;
        progress.correct(50, 500);
        progress.add("a", 1);
        progress.all_done();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("{\"file\":\"a\",\"percent\":50.0,\"eta\":"));
        assert!(lines[1].contains("\"percent\":50.0"));
        assert_eq!(lines[2], "{\"done\":true,\"percent\":100.0,\"eta\":0}");
    }
}

//! Whether memory can be had that is going to be filled: the system promises more than it has, and ends a process that
//! takes the promise at its word, hours later and with no reason.

use crate::{Failure, Outcome};
use anyhow::anyhow;
use std::fs;
use std::path::Path;

/// Refuses where this machine, or the control group that this process is in, has less than so much memory.
pub(crate) fn require(bytes: u64, what: &str) -> Outcome<()> {
    let available = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    let limit = fs::read_to_string("/proc/self/cgroup").ok().and_then(|text| limit(Path::new("/sys/fs/cgroup"), &text));
    compare(bytes, what, available, limit)
}

fn compare(bytes: u64, what: &str, available: Option<u64>, limit: Option<u64>) -> Outcome<()> {
    for (there, whose) in [(available, "is available on this machine"), (limit, "is what the control group may use")] {
        if let Some(there) = there.filter(|there| *there < bytes) {
            let message = format!("{what} needs {bytes} bytes of memory, and {there} {whose}");
            return Err(Failure::Failed(anyhow!(message)));
        }
    }
    Ok(())
}

/// What `/proc/meminfo` says can be had without swapping.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// The smallest limit of the process's own group (version 2) and of those around it. A limit counts pages of files, too,
/// which are given up for others: so what is used now says nothing.
fn limit(root: &Path, groups: &str) -> Option<u64> {
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let group = root.join(group);
    group
        .ancestors()
        .take_while(|folder| folder.starts_with(root))
        .filter_map(|folder| fs::read_to_string(folder.join("memory.max")).ok()?.trim().parse().ok())
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_refused_with_both_numbers() {
        let refused = require(1 << 60, "labelling").unwrap_err().to_string();
        assert!(refused.contains("labelling needs 1152921504606846976 bytes"), "{refused}");
        require(1 << 20, "labelling").unwrap();
        assert!(compare(10, "x", Some(10), Some(10)).is_ok());
        assert!(compare(10, "x", None, None).is_ok());
        assert!(compare(10, "x", Some(9), None).unwrap_err().to_string().contains("and 9 is available"));
        assert!(compare(10, "x", Some(20), Some(8)).unwrap_err().to_string().contains("and 8 is what the control"));
    }

    #[test]
    fn numbers_are_read_as_the_system_writes_them() {
        assert_eq!(available("MemTotal:  9 kB\nMemAvailable:   21 kB\n"), Some(21 << 10));
        assert_eq!(available("MemTotal:  9 kB\n"), None);
        let root = std::env::temp_dir().join(format!("adit-groups-{}", std::process::id()));
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/memory.max"), "max\n").unwrap();
        assert_eq!(limit(&root, "0::/a/b\n"), None);
        fs::write(root.join("a/memory.max"), "4096\n").unwrap();
        assert_eq!(limit(&root, "1:name=x:/z\n0::/a/b\n"), Some(4096));
        fs::write(root.join("a/b/memory.max"), "2048\n").unwrap();
        assert_eq!(limit(&root, "0::/a/b\n"), Some(2048));
        assert_eq!(limit(&root, "0::/\n"), None);
        fs::remove_dir_all(&root).unwrap();
    }
}

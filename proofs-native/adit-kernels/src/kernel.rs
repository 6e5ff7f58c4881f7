//! The implementations of the node hash, and which of them this CPU runs best.

use crate::fr32::{self, PADDED_QUAD, RAW_QUAD};
use crate::node::{self, NODE_BYTES, PAIR_BYTES};
use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Names the kernel to use; one of [`Kernel::name`]. `java` is for the program around this library, which then hashes what
/// it can by itself, and leaves the choice for the rest.
pub const ENVIRONMENT_VARIABLE: &str = "ADIT_HASH_KERNEL";

/// One implementation of the hash of tree nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Plain Rust, on every CPU.
    Scalar,
    /// Eight lanes of AVX2: x86-64 before the SHA extensions.
    Avx2,
    /// The SHA extensions of x86-64, four pairs interleaved.
    ShaNi,
    /// Sixteen lanes of AVX-512; what is left over by [`Kernel::ShaNi`] or [`Kernel::Avx2`].
    Avx512,
}

/// Why there is no such kernel here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KernelError {
    /// No kernel has this name.
    Unknown(String),
    /// The CPU lacks the instructions.
    Unsupported(Kernel),
    /// It gave a wrong answer to the test at the start.
    Broken(Kernel),
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Kernel::ALL.map(Kernel::name).join(", ");
        match self {
            KernelError::Unknown(name) => write!(f, "there is no hash kernel {name:?}; there are {names}"),
            KernelError::Unsupported(kernel) => {
                write!(f, "this CPU lacks the instructions of the hash kernel {}", kernel.name())
            }
            KernelError::Broken(kernel) => write!(
                f,
                "the hash kernel {} gave a wrong answer to a known question: the CPU or the build is faulty",
                kernel.name()
            ),
        }
    }
}

impl std::error::Error for KernelError {}

/// Pairs of the test with known answers: every width, and what is left over by it.
const TEST_PAIRS: usize = 16 + 8 + 4 + 2 + 1;
/// Padding of that test: every byte of a vector's start and end.
const TEST_QUADS: usize = 5;
/// The node over 64 zero bytes: a sector's commitment starts from it.
const ZEROES: &str = "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb0b";
/// The node over the last of the test's pairs, computed by another program.
const LAST_OF_TEST: &str = "1597d1db20b50a137f634bc395ec8a2da7f44880eeca4ed534ebcc9d87e7133b";
const TRIAL_PAIRS: usize = 128;
const TRIALS: usize = 8;

impl Kernel {
    /// All there are, on whatever CPU.
    pub const ALL: [Kernel; 4] = [Kernel::Scalar, Kernel::Avx2, Kernel::ShaNi, Kernel::Avx512];

    /// Its name in settings and tables.
    pub fn name(self) -> &'static str {
        match self {
            Kernel::Scalar => "scalar",
            Kernel::Avx2 => "avx2",
            Kernel::ShaNi => "sha-ni",
            Kernel::Avx512 => "avx512",
        }
    }

    /// The kernel of this name, if this CPU can run it and it passes its test.
    pub fn named(name: &str) -> Result<Kernel, KernelError> {
        let kernel = Kernel::ALL
            .into_iter()
            .find(|kernel| kernel.name() == name)
            .ok_or_else(|| KernelError::Unknown(name.chars().take(40).collect()))?;
        if !kernel.is_supported() {
            return Err(KernelError::Unsupported(kernel));
        }
        kernel.test()?;
        Ok(kernel)
    }

    /// Those that this CPU can run and that have passed their test, slowest first.
    pub fn available() -> Vec<Kernel> {
        Kernel::ALL.into_iter().filter(|kernel| kernel.is_supported() && kernel.test().is_ok()).collect()
    }

    /// The kernel that the environment variable names, else the one that was fastest in a trial of some ten microseconds
    /// each. Found once per process. A name that cannot be had is warned of: it is no reason to stop sealing.
    pub fn best() -> Result<Kernel, KernelError> {
        static BEST: OnceLock<Result<Kernel, KernelError>> = OnceLock::new();
        BEST.get_or_init(|| Kernel::choose(&std::env::var(ENVIRONMENT_VARIABLE).unwrap_or_default())).clone()
    }

    fn choose(name: &str) -> Result<Kernel, KernelError> {
        if !matches!(name.trim(), "" | "java") {
            match Kernel::named(name.trim()) {
                Ok(kernel) => return Ok(kernel),
                Err(error) => log::warn!("{ENVIRONMENT_VARIABLE}: {error}; the fastest is used"),
            }
        }
        Kernel::Scalar.test()?;
        Ok(Kernel::available().into_iter().min_by_key(|kernel| kernel.trial()).unwrap_or(Kernel::Scalar))
    }

    /// Whether this CPU has the instructions.
    pub fn is_supported(self) -> bool {
        match self {
            Kernel::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Kernel::ShaNi => crate::x86::has_sha(),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx2")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// Hashes pairs of nodes: each 64 bytes of `pairs` become 32 of `nodes`.
    ///
    /// # Panics
    /// When `nodes` is not half of `pairs`, or no whole number of nodes.
    pub fn hash(self, pairs: &[u8], nodes: &mut [u8]) {
        assert!(
            nodes.len().is_multiple_of(NODE_BYTES) && pairs.len() == 2 * nodes.len(),
            "{} bytes of pairs and room for {} of nodes",
            pairs.len(),
            nodes.len()
        );
        assert!(self.is_supported(), "this CPU cannot run {}", self.name());
        self.hash_supported(pairs, nodes);
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn hash_supported(self, pairs: &[u8], nodes: &mut [u8]) {
        node::hash_pairs(pairs, nodes);
    }

    #[cfg(target_arch = "x86_64")]
    fn hash_supported(self, pairs: &[u8], nodes: &mut [u8]) {
        use crate::x86;
        match self {
            Kernel::Scalar => node::hash_pairs(pairs, nodes),
            // SAFETY: `hash` has looked whether the CPU has the instructions.
            Kernel::ShaNi => unsafe { x86::sha_ni(pairs, nodes) },
            Kernel::Avx2 => {
                // SAFETY: as above.
                let done = unsafe { x86::avx2(pairs, nodes) };
                node::hash_pairs(&pairs[done * PAIR_BYTES..], &mut nodes[done * NODE_BYTES..]);
            }
            Kernel::Avx512 => {
                // SAFETY: as above.
                let done = unsafe { x86::avx512(pairs, nodes) };
                if done * NODE_BYTES < nodes.len() {
                    let rest = if Kernel::ShaNi.is_supported() { Kernel::ShaNi } else { Kernel::Avx2 };
                    rest.hash_supported(&pairs[done * PAIR_BYTES..], &mut nodes[done * NODE_BYTES..]);
                }
            }
        }
    }

    /// Known answers, and for the kernels that are not plain Rust the same answers as plain Rust over every width.
    fn test(self) -> Result<(), KernelError> {
        let mut zeroes = [0; NODE_BYTES];
        self.hash(&[0; PAIR_BYTES], &mut zeroes);
        let pairs: Vec<u8> = (0..TEST_PAIRS * PAIR_BYTES).map(|i| (i * 7 + i / 251 + 3) as u8).collect();
        let (mut ours, mut plain) = ([0; TEST_PAIRS * NODE_BYTES], [0; TEST_PAIRS * NODE_BYTES]);
        self.hash(&pairs, &mut ours);
        node::hash_pairs(&pairs, &mut plain);
        let known = hex(&zeroes) == ZEROES && hex(&ours[ours.len() - NODE_BYTES..]) == LAST_OF_TEST;
        let raw = &pairs[..TEST_QUADS * RAW_QUAD];
        let (mut padded, mut plainly) = ([0; TEST_QUADS * PADDED_QUAD], [0; TEST_QUADS * PADDED_QUAD]);
        fr32::pad(self, raw, &mut padded);
        fr32::pad_quads(raw, &mut plainly);
        if known && ours == plain && padded == plainly {
            Ok(())
        } else {
            Err(KernelError::Broken(self))
        }
    }

    /// The shortest of several runs; what interrupts one of them does not count.
    fn trial(self) -> Duration {
        let (mut pairs, mut nodes) = ([0x5a; TRIAL_PAIRS * PAIR_BYTES], [0; TRIAL_PAIRS * NODE_BYTES]);
        let mut shortest = Duration::MAX;
        for _ in 0..TRIALS {
            let start = Instant::now();
            self.hash(&pairs, &mut nodes);
            shortest = shortest.min(start.elapsed());
            pairs[..NODE_BYTES].copy_from_slice(&nodes[..NODE_BYTES]);
        }
        shortest
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_cannot_be_had_leaves_the_choice_to_the_trial() {
        for wrong in ["abacus", "AVX512 ", "scalar,avx2"] {
            let chosen = Kernel::choose(wrong).unwrap();
            assert!(Kernel::available().contains(&chosen), "{wrong}");
        }
        for kernel in Kernel::available() {
            assert_eq!(Kernel::choose(&format!(" {}\n", kernel.name())), Ok(kernel));
        }
    }
}

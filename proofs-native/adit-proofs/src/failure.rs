//! Why an operation gave no answer.

use std::any::Any;
use std::fmt;

/// Result of every operation in this crate.
pub type Outcome<T> = Result<T, Failure>;

/// The kinds a caller must tell apart.
#[derive(Debug)]
pub enum Failure {
    /// A parameter or verifying-key file is not in the parameter directory.
    ParametersMissing(String),
    /// The caller passed something that can never work.
    InvalidInput(String),
    /// The library panicked over one sector's files, or over the first that it came to: locks inside it may be poisoned,
    /// so only a fresh process can tell.
    SectorPanicked { number: u64, message: String },
    /// The library or the disk failed.
    Failed(anyhow::Error),
}

impl Failure {
    /// Stable word for the kind; the first line of an error message in the C ABI.
    pub fn kind(&self) -> &'static str {
        match self {
            Failure::ParametersMissing(_) => "parameters-missing",
            Failure::InvalidInput(_) => "invalid-input",
            Failure::SectorPanicked { .. } => "panic-in-sector",
            Failure::Failed(_) => "failed",
        }
    }

    /// Whether the process must not be used any more.
    pub fn is_panic(&self) -> bool {
        matches!(self, Failure::SectorPanicked { .. })
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Failure::InvalidInput(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::ParametersMissing(message) | Failure::InvalidInput(message) => f.write_str(message),
            Failure::SectorPanicked { number, message } => write!(f, "{number}\n{message}"),
            Failure::Failed(error) => write!(f, "{error:#}"),
        }
    }
}

/// What a panic said.
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_string()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "panic without a message".to_string()
    }
}

/// The library reports absent parameter files only as text.
const MISSING_PARAMETERS: [&str; 2] = ["No cached parameters found", "No cached srs key found"];

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let text = format!("{error:#}");
        if MISSING_PARAMETERS.iter().any(|sign| text.contains(sign)) {
            Failure::ParametersMissing(text)
        } else {
            Failure::Failed(error)
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Failed(error.into())
    }
}

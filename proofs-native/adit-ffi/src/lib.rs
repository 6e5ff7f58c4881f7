//! Devnet proof parameters.

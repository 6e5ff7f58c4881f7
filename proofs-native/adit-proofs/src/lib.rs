//! Non-generic wrappers.

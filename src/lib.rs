//! placeholder
pub mod annotate;
pub mod argument;
pub mod classify;
pub mod dedup;
pub mod error;
pub mod fetch;
pub mod ingest;
pub mod language;
pub mod relate;
pub mod segment;
pub mod thread;
pub mod threading;
pub mod words;

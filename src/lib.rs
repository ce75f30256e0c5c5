//! placeholder
pub mod analyse;
pub mod annotate;
pub mod argument;
pub mod classify;
pub mod dedup;
pub mod error;
pub mod fetch;
pub mod graph;
pub mod ingest;
pub mod pipeline;
pub mod relate;
pub mod report;
pub mod segment;
pub mod thread;
pub mod threading;
pub mod words;

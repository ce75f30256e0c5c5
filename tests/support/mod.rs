//! What several test files need.

pub mod packing;
pub mod server;

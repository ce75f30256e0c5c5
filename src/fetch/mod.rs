//! From an address or a file to pages of text.
//!
//! The only module that opens files or connections. It decodes and decompresses, keeps to the limits, and
//! does not know what a post is.

mod page;

pub use page::{Media, Page, Request, Wants};

use crate::error::Result;

/// Something that answers requests for pages: the network, a folder of saved pages, a recording.
pub trait Fetcher {
    /// The page at this address, or a clear reason why there is none.
    fn fetch(&self, request: &Request) -> Result<Page>;
}

//! From an address or a file to pages of text.
//!
//! The only module that opens files or connections. It decodes and decompresses, keeps to the limits, and
//! does not know what a post is.
//!
//! ```text
//! Source::parse ──▶ Source::Url ──▶ Web: Fetcher ──▶ Page          (asked politely, guarded, paced)
//!               └─▶ file, folder, "-" ──▶ load ──▶ Vec<Page>       (never a request)
//!
//! Recorder  a Fetcher that keeps what the Web answered as a folder
//! Saved     a Fetcher that answers from such a folder
//! Fallback  a Fetcher that asks a second one for what the first does not have
//! ```
//!
//! **Why no proxy from the environment.** Addresses are judged where the connection is made: by the address
//! that the name resolved to. A proxy resolves names by itself and would defeat that, so `HTTP_PROXY` and
//! its kin are not read.

mod address;
mod answer;
mod charset;
mod compression;
mod load;
mod maildir;
mod manifest;
mod natural_order;
mod page;
mod recording;
mod robots;
mod settings;
mod source;
mod web;

pub use load::load;
pub use page::{Media, Page, Request, Wants};
pub use recording::{Fallback, Recorder, Saved};
pub use settings::{Settings, Waiting, Why};
pub use source::Source;
pub use web::Web;

use crate::error::Result;

/// Something that answers requests for pages: the network, a folder of saved pages, a recording.
pub trait Fetcher {
    /// The page at this address, or a clear reason why there is none.
    fn fetch(&self, request: &Request) -> Result<Page>;
}

impl<F: Fetcher + ?Sized> Fetcher for Box<F> {
    fn fetch(&self, request: &Request) -> Result<Page> {
        (**self).fetch(request)
    }
}

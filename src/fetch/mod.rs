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

mod address;
mod answer;
mod cache;
mod charset;
mod compression;
mod credentials;
mod load;
mod maildir;
mod manifest;
mod natural_order;
mod page;
mod proxy;
mod recording;
mod robots;
mod settings;
mod source;
mod web;

pub use cache::Keep;
pub use credentials::{Credentials, Header};
pub use load::load;
pub use page::{Media, Page, Request, Wants};
pub use proxy::Proxies;
pub use recording::{Fallback, Recorder, Saved};
pub use settings::{Happening, Settings, Waiting, Why};
pub use source::Source;
pub use web::Web;

use crate::error::Result;

/// Something that answers requests for pages: the network, a folder of saved pages, a recording.
pub trait Fetcher {
    /// The page at this address, or a clear reason why there is none.
    fn fetch(&self, request: &Request) -> Result<Page>;

    /// Told when everything that was wanted has been read: what was kept to continue a reading that breaks
    /// off is needed no longer.
    fn finished(&self) {}

    /// Told when an answer turned out to be no page of the thread: it must not be given again from a store.
    fn forget(&self, _request: &Request) {}
}

impl<F: Fetcher + ?Sized> Fetcher for Box<F> {
    fn fetch(&self, request: &Request) -> Result<Page> {
        (**self).fetch(request)
    }

    fn finished(&self) {
        (**self).finished();
    }

    fn forget(&self, request: &Request) {
        (**self).forget(request);
    }
}

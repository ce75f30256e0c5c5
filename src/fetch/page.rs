//! A page as it was answered, and a request for one.

use url::Url;

use crate::thread::Time;

/// One answer, decoded to text.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What to call it in messages: the address, the file's path, or "standard input".
    pub name: String,
    /// Where it came from after redirects; `None` for a file that nobody vouches for.
    pub url: Option<Url>,
    /// What it holds, as the server or the file name says.
    pub media: Media,
    /// The text, decoded to UTF-8.
    pub text: String,
    /// Whether characters were replaced while decoding.
    pub lossy: bool,
    /// When it was fetched, also when it comes from a recording; `None` for other files.
    pub fetched_at: Option<Time>,
}

/// What a page holds, as far as its label tells. Readers look at the content all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Media {
    /// HTML.
    Html,
    /// One JSON value.
    Json,
    /// One JSON value a line.
    Ndjson,
    /// Mail in mbox form.
    Mbox,
    /// Text for people.
    Plain,
    /// No label.
    #[default]
    Unknown,
}

/// What to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The address.
    pub url: Url,
    /// The kind of answer that is wanted.
    pub wants: Wants,
}

impl Request {
    /// A request for the HTML page at this address.
    pub fn page(url: Url) -> Self {
        Self { url, wants: Wants::Html }
    }

    /// A request for a JSON answer.
    pub fn json(url: Url) -> Self {
        Self { url, wants: Wants::Json }
    }
}

/// The kind of answer a request asks for, as its Accept header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// A page for people.
    Html,
    /// An answer for programs.
    Json,
}

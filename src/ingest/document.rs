//! A page together with what readers make of it: parsed once, shared by all who look at it.

use std::cell::OnceCell;

use scraper::Html;

use crate::error::Result;
use crate::fetch::Page;

/// A page that is parsed as HTML at most once, when the first reader asks.
#[derive(Debug)]
pub struct Document {
    /// The page as it was answered.
    pub page: Page,
    /// Which thread of a file with several the user asked for (`--thread`).
    pub wanted_thread: Option<String>,
    html: OnceCell<Html>,
}

impl Document {
    /// A document of this page.
    pub fn new(page: Page, wanted_thread: Option<String>) -> Self {
        Self { page, wanted_thread, html: OnceCell::new() }
    }

    /// The page as an HTML tree.
    pub(super) fn html(&self) -> Result<&Html> {
        Ok(self.html.get_or_init(|| Html::parse_document(&self.page.text)))
    }
}

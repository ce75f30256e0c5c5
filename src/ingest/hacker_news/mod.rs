//! Hacker News: item pages of every age, Algolia's item trees and Firebase's single items.
//!
//! The page is asked for when the user gives an address: it has the ranking that Algolia loses, the dead
//! comments that Algolia hides, and needs one request where Firebase needs one for each comment.

mod api;
mod page;

use url::Url;

use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::State;

/// The reader of Hacker News.
pub(super) struct HackerNews;

const NAME: &str = "hacker_news";
const SITE: &str = "news.ycombinator.com";
const ALGOLIA: &str = "hn.algolia.com";
const FIREBASE: &str = "hacker-news.firebaseio.com";

impl Platform for HackerNews {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "Hacker News: item pages since 2012, Algolia and Firebase items"
    }

    fn example(&self) -> &'static str {
        "https://news.ycombinator.com/item?id=8863"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        match url.host_str()? {
            SITE => Some(Request::page(url.clone())),
            ALGOLIA | FIREBASE => Some(Request::json(url.clone())),
            _ => None,
        }
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_markup() {
            return page::recognise(document);
        }
        api::recognise(document)
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if document.is_markup() { page::read(document) } else { api::read(document) }
    }
}

/// The address of an item, which is also its permalink.
fn item_address(id: &str) -> String {
    format!("https://{SITE}/item?id={id}")
}

/// What the words tell about their own absence; `None` when they are just words.
fn absence(words: &str) -> Option<State> {
    match words.trim() {
        "[deleted]" => Some(State::DeletedByAuthor),
        "[flagged]" | "[dead]" | "[flagged] [dead]" | "[dead] [flagged]" => Some(State::RemovedByModerator),
        _ => None,
    }
}

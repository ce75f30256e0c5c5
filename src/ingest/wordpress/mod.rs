//! WordPress: the comments under an article, from its pages, its REST answers and its exports.
//!
//! Themes rename everything but the ids of comments and the `depth-N` classes that the engine itself
//! writes, so a page is read from those. The article above the comments opens the thread as a stub: its page
//! is not a post that argues with anybody. Its REST answer is a post and fills the stub.

mod comment;
mod export;
mod page;
mod rest;

use url::Url;

use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Draft, Parent, State};

const NAME: &str = "wordpress";

/// The reader of WordPress.
pub(super) struct WordPress;

impl Platform for WordPress {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "comments under WordPress articles: pages of any theme, REST answers of /wp-json/wp/v2, WXR exports"
    }

    fn example(&self) -> &'static str {
        "https://blog.example/wp-json/wp/v2/comments?post=12"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        url.path().contains("/wp-json/wp/v2/").then(|| Request::json(url.clone()))
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_json() {
            return rest::recognise(document);
        }
        if export::is_export(document) {
            return Recognition::Certain;
        }
        if document.is_markup() { page::recognise(document) } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if document.is_json() {
            return rest::read(document);
        }
        if export::is_export(document) {
            return export::read(document);
        }
        page::read(document)
    }
}

/// The place of the article that has this id.
fn article(id: Option<&str>) -> Draft {
    let mut stub = Draft::new(id.map_or("article".to_owned(), |id| format!("post-{id}")), Parent::Opening);
    stub.native_id = id.unwrap_or_default().to_owned();
    stub.state = State::Missing;
    stub
}

/// Whether all of it is digits.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

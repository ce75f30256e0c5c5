//! Any page that shows a thread: the repeated block in which somebody, at some time, says something.
//!
//! For software that nobody wrote a reader for. It counts shapes and believes no single element, and it
//! always says that it guessed. It refuses pages on which nothing is said again and again by somebody at
//! some time: an error that names the wall is better than invented posts.
//!
//! 1. [`survey`] makes the page a flat table, with the signs ([`sign`]) of times, names and words.
//! 2. [`groups`] finds the elements that are the posts, [`opening`] the post above them.
//!    [`posts`] puts both together and [`evidence`] tells whether they are a thread.
//! 3. [`fields`] votes on where words, times and names stand; [`ids`] and [`nesting`] find what posts are
//!    called and what they answer; [`words`] reads them.

mod around;
mod entry;
mod evidence;
mod fields;
mod groups;
mod ids;
mod keys;
mod labels;
mod name;
mod nesting;
mod opening;
mod page;
mod people;
mod posts;
mod sign;
mod survey;
mod tag;
mod times;
mod when;
mod words;

use url::Url;

use self::page::Page;
use self::survey::Survey;
use super::{Document, Platform, Reading, Recognition};
use crate::error::{Error, Result};
use crate::fetch::Request;

const NAME: &str = "generic";

/// The reader of pages of no known kind.
pub(super) struct Generic;

/// Bytes below which no page holds a thread.
const SMALLEST: usize = 200;

impl Platform for Generic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "any other page that shows a thread: posts by their repeated shape (a guess, and said to be one)"
    }

    fn example(&self) -> &'static str {
        ""
    }

    fn request(&self, _: &Url) -> Option<Request> {
        None
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if !document.is_markup()
            || document.page.text.len() < SMALLEST
            || document.start().starts_with("<?xml")
        {
            return Recognition::No;
        }
        document.recognised_by_reading(NAME, || Some((Recognition::Possible, guess(document)?)))
    }

    fn at_most(&self) -> Recognition {
        Recognition::Possible
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        document.html()?;
        document.take_read(NAME).or_else(|| guess(document)).ok_or_else(|| Error::Unrecognised {
            what: document.page.name.clone(),
            reason: "nothing on it is repeated as the posts of a thread are".to_owned(),
        })
    }
}

/// What the page comes to when it is read by its repeated shape; `None` when that is no thread.
fn guess(document: &Document) -> Option<Reading> {
    let root = document.html().ok()?.root_element();
    let survey = Survey::of(root);
    let posts = posts::find(document, &survey)?;
    Some(Page::of(document, root, &survey, posts).into_reading())
}

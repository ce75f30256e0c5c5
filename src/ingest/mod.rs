//! From pages to a thread: one file for each platform, and one loop that pages.
//!
//! A platform reader does no I/O. It recognises an address or a page, reads the posts of that page as
//! [`Draft`]s, and says what to ask for next; [`collect`] alone asks, caps and stops. Nothing here guesses
//! at arguments, and nothing is dropped without a [`Notice`].

mod activitypub;
mod aif;
mod argdown;
mod askbot;
mod bluesky;
mod collect;
mod discourse;
mod disqus;
mod document;
mod entity;
mod flarum;
mod forum;
mod gather;
mod generic;
mod github;
mod hacker_news;
mod html;
mod imageboard;
mod isso;
mod json;
mod kialo;
mod lemmy;
mod lobsters;
mod mail;
mod markdown;
mod mastodon;
mod mention;
mod ndjson;
mod nodebb;
mod peertube;
mod plain_text;
mod reddit;
mod schema_org;
mod several;
mod slashdot;
mod stack_exchange;
mod walk;
mod walls;
mod wordpress;
mod xml;
mod youtube;

pub use collect::{Event, Limits, collect, collect_with, explain};
pub use document::Document;

use url::Url;

use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Draft, Notice};

/// A kind of source whose threads can be read.
pub trait Platform: Sync {
    /// The short name, as reports and the JSON contract bear it.
    fn name(&self) -> &'static str;

    /// One line for people: what is read, and from what.
    fn about(&self) -> &'static str;

    /// An address of the kind this reader takes; empty for kinds of files.
    fn example(&self) -> &'static str;

    /// What to ask for when the user gives this address; `None` when the address alone does not tell that
    /// it is one of this platform.
    fn request(&self, url: &Url) -> Option<Request>;

    /// How sure it is that the document is one of this platform, judged by its content.
    fn recognise(&self, document: &Document) -> Recognition;

    /// The surest that it ever is: who costs much to ask is not asked where another is as sure already.
    fn at_most(&self) -> Recognition {
        Recognition::Certain
    }

    /// The posts of this document and what to ask for next.
    fn read(&self, document: &Document) -> Result<Reading>;
}

/// How sure a reader is that a document is its own. The surest wins, the first of the table among equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognition {
    /// It is something else.
    No,
    /// It can be read this way if nobody knows better.
    Possible,
    /// It has the shape, but others have it too.
    Likely,
    /// It bears a mark that only this platform has.
    Certain,
}

/// What one document held.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The thread's title; `None` when this page does not say.
    pub title: Option<String>,
    /// The thread's own address, when the page says.
    pub url: Option<Url>,
    /// What the thread is asked for by, where a source mixes several: of further pages nothing else is read.
    pub thread: Option<String>,
    /// How many posts the thread has as the source declares it, the opening post counted in.
    pub declared: Option<u32>,
    /// Where the page stands among the thread's pages, later ones larger; `None` when the order in which
    /// pages are given is the only one known.
    pub place: Option<u64>,
    /// The posts in the order of the page.
    pub drafts: Vec<Draft>,
    /// What to ask for to get the rest of the thread, in order.
    pub next: Vec<Request>,
    /// Gaps and oddities of this page.
    pub notices: Vec<Notice>,
}

/// What to ask for when the user gives this address: what its platform prefers, else the page itself.
pub fn request_for(url: &Url) -> Request {
    let preferred = PLATFORMS.iter().find_map(|platform| platform.request(url));
    preferred.unwrap_or_else(|| Request::page(url.clone()))
}

/// All platforms; where two are equally sure the earlier one reads.
pub static PLATFORMS: &[&dyn Platform] = &[
    &hacker_news::HackerNews,
    &lemmy::Lemmy,
    &reddit::Reddit,
    &discourse::Discourse,
    &lobsters::Lobsters,
    &bluesky::Bluesky,
    &mastodon::Mastodon,
    &activitypub::ActivityPub,
    &slashdot::Slashdot,
    &imageboard::Imageboard,
    &kialo::Kialo,
    &aif::Aif,
    &argdown::Argdown,
    &stack_exchange::StackExchange,
    &askbot::Askbot,
    &github::GitHub,
    &forum::XENFORO,
    &forum::XENFORO_1,
    &forum::VBULLETIN_4,
    &forum::VBULLETIN_5,
    &forum::VBULLETIN_3,
    &forum::INVISION,
    &forum::SOMETHING_AWFUL,
    &forum::FLUXBB,
    &forum::PHPBB,
    &forum::MYBB,
    &forum::SMF,
    &forum::WOLTLAB,
    &forum::VANILLA,
    &forum::BBPRESS,
    &forum::STEAM,
    &flarum::Flarum,
    &nodebb::NodeBb,
    &disqus::Disqus,
    &isso::Isso,
    &peertube::PeerTube,
    &youtube::YouTube,
    &wordpress::WordPress,
    &schema_org::SchemaOrg,
    &mail::Mail,
    &generic::Generic,
    &ndjson::Ndjson,
    &plain_text::PlainText,
];

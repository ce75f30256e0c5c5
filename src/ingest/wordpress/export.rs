//! An export (WXR): items with their comments. The item is a post of the file and opens its thread.

use std::borrow::Cow;

use jiff::fmt::rfc2822;
use url::Url;

use super::NAME;
use crate::error::{Error, Result};
use crate::ingest::html::body_of_fragment;
use crate::ingest::xml::{all, words};
use crate::ingest::{Document, Reading};
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, State, Time};

pub(super) fn is_export(document: &Document) -> bool {
    document.is_markup() && document.mentions("wordpress.org/export/") && document.mentions("<item")
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let items: Vec<&str> = all(&document.page.text, "item").map(|item| item.inner).collect();
    let talked: Vec<&str> = items.iter().copied().filter(|item| item.contains("<wp:comment>")).collect();
    let item = match &document.wanted_thread {
        None => talked.first().or(items.first()).copied(),
        Some(wanted) => items.iter().copied().find(|item| names(item).any(|name| name == *wanted)),
    };
    let Some(item) = item else {
        return Err(Error::Malformed {
            what: document.page.name.clone(),
            platform: NAME,
            reason: match &document.wanted_thread {
                Some(wanted) => format!("no item has the id, title or link '{wanted}'"),
                None => "it holds no item".to_owned(),
            },
        });
    };
    let mut reading = read_item(item);
    if document.wanted_thread.is_none() && talked.len() > 1 {
        let others: Vec<String> =
            talked.iter().skip(1).take(20).filter_map(|item| names(item).next()).collect();
        let words = format!(
            "the file holds {} threads and the first was taken; --thread takes another: {}",
            talked.len(),
            others.join(", ")
        );
        reading.notices.push(Notice::new(NoticeKind::SeveralThreads, words));
    }
    Ok(reading)
}

/// What an item can be asked for by.
fn names(item: &str) -> impl Iterator<Item = String> {
    let names = ["wp:post_id", "link", "title"].map(|name| words(item, name));
    names.into_iter().flatten()
}

fn read_item(item: &str) -> Reading {
    let id = words(item, "wp:post_id");
    let mut opening = super::article(id.as_deref());
    opening.state = State::Present;
    opening.author = words(item, "dc:creator");
    opening.permalink = words(item, "link");
    let published = words(item, "pubDate").and_then(|date| rfc2822::parse(&date).ok());
    let published = published.and_then(|zoned| Time::from_unix(zoned.timestamp().as_second()));
    opening.written_at = words(item, "wp:post_date_gmt").and_then(|date| utc(&date)).or(published);
    opening.body = body(&words(item, "content:encoded").unwrap_or_default());
    let mut reading = Reading {
        title: words(item, "title"),
        url: opening.permalink.as_deref().and_then(|link| Url::parse(link).ok()),
        ..Reading::default()
    };
    reading.drafts.push(opening);
    reading.drafts.extend(all(item, "wp:comment").filter_map(|comment| read_comment(comment.inner)));
    reading
}

/// A comment that is shown; spam and what waits for approval is not.
fn read_comment(comment: &str) -> Option<Draft> {
    let id = words(comment, "wp:comment_id")?;
    if words(comment, "wp:comment_approved").is_some_and(|approved| approved != "1" && approved != "approve")
    {
        return None;
    }
    let parent = words(comment, "wp:comment_parent").filter(|parent| parent != "0");
    let mut draft = Draft::new(id, parent.map_or(Parent::Root, Parent::Post));
    draft.author = words(comment, "wp:comment_author");
    draft.written_at = words(comment, "wp:comment_date_gmt").and_then(|date| utc(&date));
    draft.body = body(&words(comment, "wp:comment_content").unwrap_or_default());
    Some(draft)
}

/// A `_gmt` time; drafts have zeros.
fn utc(date: &str) -> Option<Time> {
    Time::parse(date).filter(|_| !date.starts_with("0000"))
}

/// The words of stored content, whose line breaks the engine turns into paragraphs when it shows them.
fn body(stored: &str) -> Body {
    let shown = match stored.contains("<p>") || stored.contains("<!-- wp:") {
        true => Cow::Borrowed(stored),
        false => Cow::Owned(stored.replace('\n', "<br>\n")),
    };
    body_of_fragment(&shown)
}

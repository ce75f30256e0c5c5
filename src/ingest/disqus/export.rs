//! The XML export of a forum: threads, and posts that name their thread and parent by `dsq:id`.

use std::collections::BTreeMap;

use url::Url;

use super::{NAME, article};
use crate::error::{Error, Result};
use crate::ingest::html::body_of_fragment;
use crate::ingest::xml::{Found, all, first, words};
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, Notice, NoticeKind, Parent, State, Time};

pub(super) fn is_export(document: &Document) -> bool {
    document.mentions("dsq:id=") && document.mentions("<disqus")
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let text = &document.page.text;
    let mut talked: BTreeMap<&str, usize> = BTreeMap::new();
    let posts: Vec<Found<'_>> = all(text, "post").collect();
    for post in &posts {
        if let Some(thread) = thread_of(post) {
            *talked.entry(thread).or_default() += 1;
        }
    }
    let threads: Vec<Found<'_>> = all(text, "thread").filter(|thread| !thread.inner.is_empty()).collect();
    let has_posts = |thread: &&Found<'_>| id(thread).is_some_and(|id| talked.contains_key(id));
    let chosen = match &document.wanted_thread {
        None => threads.iter().find(has_posts),
        Some(wanted) => threads.iter().find(|thread| names(thread).any(|name| name == *wanted)),
    };
    let Some((thread, of)) = chosen.and_then(|thread| Some((thread, id(thread)?))) else {
        return Err(Error::Malformed {
            what: document.page.name.clone(),
            platform: NAME,
            reason: match &document.wanted_thread {
                Some(wanted) => format!("no thread has the id, title or link '{wanted}'"),
                None => "no thread in it has a post".to_owned(),
            },
        });
    };
    let mut opening = article(Some(of));
    opening.permalink = words(thread.inner, "link");
    let mut reading = Reading {
        title: words(thread.inner, "title"),
        url: opening.permalink.as_deref().and_then(|link| Url::parse(link).ok()),
        drafts: vec![opening],
        ..Reading::default()
    };
    reading.drafts.extend(posts.iter().filter(|post| thread_of(post) == Some(of)).filter_map(read_post));
    let others: Vec<&str> =
        threads.iter().filter(has_posts).filter_map(id).filter(|other| *other != of).take(20).collect();
    if document.wanted_thread.is_none() && !others.is_empty() {
        let words = format!(
            "the file holds {} threads and the first was taken; --thread takes another: {}",
            talked.len(),
            others.join(", ")
        );
        reading.notices.push(Notice::new(NoticeKind::SeveralThreads, words));
    }
    Ok(reading)
}

fn id<'t>(of: &Found<'t>) -> Option<&'t str> {
    of.attribute("dsq:id")
}

/// What a thread can be asked for by.
fn names(thread: &Found<'_>) -> impl Iterator<Item = String> + use<> {
    let own = id(thread).map(str::to_owned);
    own.into_iter().chain(["link", "title", "id"].map(|name| words(thread.inner, name)).into_iter().flatten())
}

fn thread_of<'t>(post: &Found<'t>) -> Option<&'t str> {
    first(post.inner, "thread")?.attribute("dsq:id")
}

fn read_post(post: &Found<'_>) -> Option<Draft> {
    let parent = first(post.inner, "parent").and_then(|parent| parent.attribute("dsq:id"));
    let parent = parent.map_or(Parent::Root, |parent| Parent::Post(parent.to_owned()));
    let mut draft = Draft::new(id(post)?, parent);
    let author = first(post.inner, "author");
    draft.author =
        author.and_then(|author| words(author.inner, "name").or_else(|| words(author.inner, "username")));
    draft.written_at = words(post.inner, "createdAt").and_then(|date| Time::parse(&date));
    let is = |name: &str| words(post.inner, name).is_some_and(|word| word == "true");
    if is("isDeleted") || is("isSpam") {
        draft.state = State::RemovedByModerator;
    } else {
        draft.body = body_of_fragment(&words(post.inner, "message").unwrap_or_default());
    }
    Some(draft)
}

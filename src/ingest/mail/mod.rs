//! Mail: mailboxes in any form, single messages, and the archives that hand mailboxes out.
//!
//! A mailbox is cut into messages, of which only the headers are read at first; they are sorted into threads,
//! one is picked, and only its messages are decoded. Everything is linear in the size of the mailbox.

mod added;
mod archive;
mod attribution;
mod headers;
mod mailbox;
mod message;
mod subject;
mod threads;
mod words;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use url::Url;

use self::headers::Headers;
use self::threads::Threads;
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::{Media, Request};
use crate::thread::{Draft, Notice, NoticeKind, Parent, State};

/// The reader of mail.
pub(super) struct Mail;

/// Messages of one mailbox that are looked at.
const MOST_MAILS: usize = 1_000_000;

impl Platform for Mail {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn about(&self) -> &'static str {
        "mailing lists: mbox, Maildir, .eml, Pipermail months, HyperKitty and public-inbox exports"
    }

    fn example(&self) -> &'static str {
        "https://lore.kernel.org/git/20240101000000.1234-1-ann@example.org/"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        archive::mailbox_of(url).map(Request::page)
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let start = document.start();
        if archive::is_feed(document) || archive::is_page(document) {
            return Recognition::Certain;
        }
        if matches!(document.page.media, Media::Html | Media::Json | Media::Ndjson) {
            return Recognition::No;
        }
        if mailbox::begins_as_mailbox(start) || headers::begins_as_mail(start) {
            return Recognition::Certain;
        }
        Recognition::No
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if archive::is_feed(document) {
            return archive::read_feed(document);
        }
        if archive::is_page(document) {
            return archive::read_page(document);
        }
        read_mailbox(document)
    }
}

/// Picks a thread of the mailbox and reads it.
fn read_mailbox(document: &Document) -> Result<Reading> {
    let text = mailbox::with_plain_line_ends(document.start());
    let (messages, left_out) = mailbox::messages(&text, MOST_MAILS);
    let mails = messages.par_iter().map(|message| Headers::of(message)).collect::<Vec<Headers>>();
    let threads = Threads::of(mails, archive::is_one_thread(document.page.url.as_ref()));
    let picked = threads.pick(document)?;
    let mut reading = threads.reading(&picked);
    let words: Vec<(usize, crate::thread::Body)> =
        picked.mails.par_iter().map(|&at| (at, words_of(&messages, at))).collect();
    let mut bodies: std::collections::HashMap<usize, crate::thread::Body> = words.into_iter().collect();
    for (draft, at) in &mut reading.drafts {
        if let Some(body) = at.and_then(|at| bodies.remove(&at)) {
            draft.body = body;
        }
        draft.permalink = draft.permalink.take().or_else(|| permalink(document, draft));
    }
    if left_out > 0 {
        let text = format!("only the first {MOST_MAILS} messages were read; {left_out} are left out");
        reading.notices.push(Notice::new(NoticeKind::Capped, text));
    }
    Ok(Reading {
        title: Some(reading.title).filter(|title| !title.is_empty()),
        url: archive::thread_address(document.page.url.as_ref()),
        drafts: reading.drafts.into_iter().map(|(draft, _)| draft).collect(),
        notices: reading.notices,
        ..Reading::default()
    })
}

fn words_of(messages: &[mailbox::Message<'_>], at: usize) -> crate::thread::Body {
    messages.get(at).map(message::body).unwrap_or_default()
}

/// Where the archive that gave this mailbox shows the message.
fn permalink(document: &Document, draft: &Draft) -> Option<String> {
    if draft.state == State::Missing || draft.parent == Parent::Post(draft.key.clone()) {
        return None;
    }
    archive::message_address(document.page.url.as_ref()?, &draft.native_id)
}

#[cfg(test)]
mod tests;

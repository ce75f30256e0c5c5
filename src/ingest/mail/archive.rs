//! Archives on the web that hand out mailboxes: public-inbox, HyperKitty, Pipermail. Which address has the
//! whole thread, and the two other shapes in which public-inbox gives one: a feed, and a page of one message.

use std::collections::HashMap;

use url::Url;

use super::headers::{Headers, cut};
use super::mailbox::{self, Message};
use super::threads::Threads;
use super::words::{self, Flow};
use super::{message, subject};
use crate::error::Result;
use crate::fetch::Request;
use crate::ingest::entity::unescape;
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, Parent, Time};

/// First parts of addresses in which a name with an `@` is a person or a community, and no message.
const PEOPLE: &[&str] =
    &["u", "c", "m", "d", "users", "user", "profile", "author", "communities", "magazine"];

/// The address of the mailbox that has the thread which this address shows.
pub(super) fn mailbox_of(url: &Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    of_public_inbox(url, "t.mbox.gz").or_else(|| of_hyperkitty(url)).or_else(|| of_pipermail(url))
}

/// `/<list>/<message id>/`, also with `T/`, `t/`, `raw`, `t.atom` behind it.
fn of_public_inbox(url: &Url, wanted: &str) -> Option<Url> {
    let (list, id) = public_inbox_message(url)?;
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.set_path(&format!("{list}/{id}/{wanted}"));
    Some(url)
}

/// The path of the list and the message id, as they stand in the address.
fn public_inbox_message(url: &Url) -> Option<(String, String)> {
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let is_id = |part: &&str| {
        let part = part.replace("%40", "@");
        let at = part.find('@').unwrap_or(0);
        at > 0 && at + 1 < part.len()
    };
    let place = parts.iter().position(is_id).filter(|&place| place > 0)?;
    let after = parts.get(place + 1..)?;
    let views = ["T", "t", "raw", "t.mbox.gz", "t.atom", "R"];
    let known = after.is_empty() || (after.len() == 1 && after.iter().all(|part| views.contains(part)));
    let people = parts.get(..place)?.iter().any(|part| PEOPLE.contains(&part.to_lowercase().as_str()));
    let hyperkitty = parts.get(..place)?.iter().any(|part| *part == "list" || *part == "lists");
    // Without a slash behind it or a view, a name with an `@` may be anything.
    let shaped = !after.is_empty() || url.path().ends_with('/');
    let host = url.host_str().unwrap_or_default();
    let archive = host.starts_with("lore.") || host.contains("inbox") || place == 1;
    (known && !people && !hyperkitty && shaped && archive)
        .then(|| (format!("/{}", parts.get(..place).unwrap_or_default().join("/")), parts[place].to_owned()))
}

/// `/archives/list/<list>/thread/<hash>/`.
fn of_hyperkitty(url: &Url) -> Option<Url> {
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let place = parts.iter().position(|part| *part == "list")?;
    let [list, "thread", hash, ..] = parts.get(place + 1..)? else { return None };
    if hash.len() != 32 || !hash.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let before = parts.get(..=place)?.join("/");
    let mut export = url.clone();
    export.set_fragment(None);
    export.set_path(&format!("/{before}/{list}/export/{list}-{hash}.mbox.gz"));
    export.set_query(Some(&format!("thread={hash}")));
    Some(export)
}

/// `/pipermail/<list>/2010-January/thread.html`.
fn of_pipermail(url: &Url) -> Option<Url> {
    let (before, view) = url.path().trim_end_matches('/').rsplit_once('/')?;
    let index = ["thread.html", "subject.html", "date.html", "author.html"].contains(&view);
    let month = before.rsplit_once('/')?.1;
    let dated = month.len() > 5 && month.get(..4)?.bytes().all(|byte| byte.is_ascii_digit());
    if !index || !dated || !url.path().contains("/pipermail/") {
        return None;
    }
    let mut export = url.clone();
    export.set_fragment(None);
    export.set_query(None);
    export.set_path(&format!("{before}.txt.gz"));
    Some(export)
}

/// Whether what this address gives is one thread by the archive's own judgement.
pub(super) fn is_one_thread(url: Option<&Url>) -> bool {
    url.is_some_and(|url| {
        let thread = url.query_pairs().any(|(key, _)| key == "thread");
        url.path().ends_with("/t.mbox.gz") || (thread && url.path().contains("/export/"))
    })
}

/// Where people read the thread of this mailbox.
pub(super) fn thread_address(url: Option<&Url>) -> Option<Url> {
    let url = url?;
    if url.path().ends_with("/t.mbox.gz") || url.path().ends_with("/t.atom") {
        return of_public_inbox(url, "T/");
    }
    Some(url.clone())
}

/// Where the archive of this mailbox shows the message with this id.
pub(super) fn message_address(mailbox: &Url, id: &str) -> Option<String> {
    let (list, _) = public_inbox_message(mailbox)?;
    if !id.contains('@') {
        return None;
    }
    let mut url = mailbox.clone();
    url.set_query(None);
    url.path_segments_mut()
        .ok()?
        .clear()
        .extend(list.split('/').filter(|part| !part.is_empty()))
        .push(id)
        .push("");
    Some(url.to_string())
}

/// Whether the document is the feed of one public-inbox thread.
pub(super) fn is_feed(document: &Document) -> bool {
    let start = cut(document.start(), 2000);
    (start.starts_with("<?xml") || start.starts_with("<feed"))
        && start.contains("purl.org/syndication/thread")
        && document.mentions("<entry>")
        && document.mentions("white-space:pre-wrap")
}

/// The posts of such a feed.
pub(super) fn read_feed(document: &Document) -> Result<Reading> {
    let text = &document.page.text;
    let mut mails = Vec::new();
    let mut letters = Vec::new();
    for entry in text.split("<entry>").skip(1) {
        let (head, content) = entry.split_once("<content").unwrap_or((entry, ""));
        let mut hrefs =
            head.split("href=\"").skip(1).filter_map(|rest| rest.split_once('"').map(|(href, _)| href));
        let own = hrefs.next().map(|href| unescape(href).into_owned());
        let answered = head.contains("<thr:in-reply-to").then(|| hrefs.next()).flatten();
        let element = |name: &str| {
            let (_, rest) = head.split_once(&format!("<{name}"))?;
            let (inner, _) = rest.split_once('>')?.1.split_once("</")?;
            Some(plain(inner))
        };
        let date = element("updated").or_else(|| element("published"));
        mails.push(Headers {
            id: own.as_deref().and_then(id_of),
            in_reply_to: answered.and_then(|href| id_of(&unescape(href))).into_iter().collect(),
            subject: element("title").unwrap_or_default(),
            author: element("name").filter(|name| !name.is_empty()),
            date: date.and_then(|date| Time::parse(&date)),
            archived_at: own,
            references: Vec::new(),
        });
        let body = content.split_once('>').map_or("", |(_, rest)| rest);
        letters.push(plain(body.split("</content>").next().unwrap_or_default()));
    }
    let threads = Threads::of(mails, true);
    let skeleton = threads.reading(&threads.pick(document)?);
    let drafts = skeleton.drafts.into_iter().map(|(mut draft, at)| {
        if let Some(letter) = at.and_then(|at| letters.get(at)) {
            draft.body = words::body(letter, Flow::Fixed, &[]);
        }
        draft
    });
    let drafts: Vec<Draft> = drafts.collect();
    Ok(Reading {
        title: Some(skeleton.title).filter(|title| !title.is_empty()),
        url: thread_address(document.page.url.as_ref()),
        drafts,
        notices: skeleton.notices,
        ..Reading::default()
    })
}

/// Whether the document is a page of public-inbox that shows one message, or one that shows a thread and
/// whose address is known, so that its mailbox can be asked for.
pub(super) fn is_page(document: &Document) -> bool {
    if !document.is_markup() || !(document.mentions("t.mbox.gz") || document.mentions("public-inbox")) {
        return false;
    }
    letter_of(document).is_some()
        || (document.mentions("t.mbox.gz") && document.page.url.as_ref().and_then(mailbox_of).is_some())
}

/// The message of such a page, and a request for its thread.
pub(super) fn read_page(document: &Document) -> Result<Reading> {
    let next = document.page.url.as_ref().and_then(mailbox_of).map(Request::page);
    let next: Vec<Request> =
        next.into_iter().filter(|next| Some(&next.url) != document.page.url.as_ref()).collect();
    let Some(letter) = letter_of(document) else {
        return Ok(Reading { next, ..Reading::default() });
    };
    let text = plain(letter);
    let (messages, _) = mailbox::messages(text.trim_start(), 1);
    let mails: Vec<Headers> = messages.iter().map(|message| cleaned(Headers::of(message))).collect();
    let threads = Threads::of(mails, true);
    let skeleton = threads.reading(&threads.pick(document)?);
    let bodies: HashMap<usize, &Message<'_>> = messages.iter().enumerate().collect();
    let drafts = skeleton.drafts.into_iter().map(|(mut draft, at)| {
        if let Some(message) = at.and_then(|at| bodies.get(&at)) {
            draft.body = message::body(message);
        }
        if draft.parent == Parent::Opening && !next.is_empty() {
            // The mailbox knows better what opens the thread.
            draft.parent = Parent::Unknown;
        }
        draft
    });
    let drafts = drafts.collect();
    Ok(Reading { title: Some(skeleton.title), drafts, next, notices: skeleton.notices, ..Reading::default() })
}

/// The headers as the page shows them, less the links behind them.
fn cleaned(mut headers: Headers) -> Headers {
    let (subject, _) = subject::without_marks(&headers.subject);
    if subject.is_empty() {
        headers.subject.clear();
    }
    headers
}

/// The markup of the one message that a page shows.
fn letter_of(document: &Document) -> Option<&str> {
    let text = &document.page.text;
    let at = ["<pre id=b>", "<pre\nid=b>", "<pre id=\"b\">", "<pre\nid=\"b\">"]
        .iter()
        .find_map(|tag| Some(memchr::memmem::find(text.as_bytes(), tag.as_bytes())? + tag.len()))?;
    let letter = text.get(at..)?.split("</pre>").next()?;
    letter.starts_with("From: ").then_some(letter)
}

/// The message id that ends an address.
fn id_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let part = url.path_segments()?.rfind(|part| !part.is_empty())?.to_owned();
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|_| byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Markup as the text that it shows; these archives write nothing but links and colours into it.
fn plain(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    // A feed escapes the titles twice.
    let once = unescape(&text);
    if once.contains("&#") || once.contains("&amp;") || once.contains("&lt;") {
        unescape(&once).into_owned()
    } else {
        once.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(address: &str) -> Option<String> {
        mailbox_of(&Url::parse(address).unwrap()).map(|url| url.to_string())
    }

    #[test]
    fn every_view_of_a_thread_asks_for_its_mailbox() {
        let wanted = Some("https://lore.kernel.org/git/12-x@example.org/t.mbox.gz".to_owned());
        for view in ["", "T/", "T/#u", "t/", "raw", "t.atom", "t.mbox.gz"] {
            assert_eq!(
                asked(&format!("https://lore.kernel.org/git/12-x@example.org/{view}")),
                wanted,
                "{view}"
            );
        }
        assert_eq!(
            asked("https://lists.example.org/archives/list/dev@example.org/thread/ABCDEFGHIJKLMNOPQRSTUVWXYZ234567/").as_deref(),
            Some("https://lists.example.org/archives/list/dev@example.org/export/dev@example.org-ABCDEFGHIJKLMNOPQRSTUVWXYZ234567.mbox.gz?thread=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        );
        assert_eq!(
            asked("https://mail.example.org/pipermail/dev/2010-January/thread.html").as_deref(),
            Some("https://mail.example.org/pipermail/dev/2010-January.txt.gz")
        );
    }

    #[test]
    fn people_with_an_at_are_no_messages() {
        for address in [
            "https://lemmy.example/u/ann@example.org/",
            "https://lemmy.example/c/tea@example.org/",
            "https://social.example/@ann@example.org/1",
            "https://example.org/a/b/c@d.e/f",
            "https://example.org/ann@example.org/",
        ] {
            assert_eq!(asked(address), None, "{address}");
        }
    }
}

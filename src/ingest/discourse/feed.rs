//! A topic's feed: the newest posts, without reply links.
//!
//! Feeds are XML, which the HTML parser would misread (`<link>`, CDATA), and of which only a handful of
//! elements matter; so they are found by their names.

use jiff::fmt::rfc2822;
use url::Url;

use super::{Address, draft, keep_the_opening, words};
use crate::ingest::entity::unescape;
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, Time};

/// Whether the document is the feed of one topic, not of a category or of the site.
pub(super) fn is_topic(document: &Document) -> bool {
    let start = document.start();
    (start.starts_with("<?xml") || start.starts_with("<rss"))
        && document.mentions("<rss")
        && document.mentions("Read full topic")
        && inside(&document.page.text, "channel").is_some_and(|channel| topic_of(channel).is_some())
}

/// The posts of this feed, oldest first.
pub(super) fn read(text: &str) -> Reading {
    let channel = inside(text, "channel").unwrap_or_default();
    let (url, topic) = topic_of(channel).unzip();
    let mut reading = Reading {
        title: inside(channel, "title").map(|title| unescape(title.trim()).into_owned()),
        url,
        ..Reading::default()
    };
    let mut rest = channel;
    while let Some((item, after)) = next(rest, "item") {
        reading.drafts.extend(read_item(item, topic.as_deref()));
        rest = after;
    }
    reading.drafts.sort_by_key(|draft| draft.key.parse::<i64>().unwrap_or(i64::MAX));
    keep_the_opening(&mut reading);
    reading
}

/// The topic's address and number, from the channel's own link.
fn topic_of(channel: &str) -> Option<(Url, String)> {
    let url = Url::parse(unescape(inside(channel, "link")?.trim()).as_ref()).ok()?;
    let topic = Address::of(&url)?.topic;
    Some((url, topic))
}

fn read_item(item: &str, topic: Option<&str>) -> Option<Draft> {
    let link = unescape(inside(item, "link")?.trim()).into_owned();
    let address = Address::of(&Url::parse(&link).ok()?)?;
    // The opening post's own address has no number.
    let number = address.post.map_or(Some(1), |post| post.parse().ok())?;
    let mut draft = draft(number, None);
    draft.author =
        inside(item, "dc:creator").map(|name| plain(name).trim().to_owned()).filter(|name| !name.is_empty());
    let written = inside(item, "pubDate").and_then(|date| rfc2822::parse(date.trim()).ok());
    draft.written_at = written.and_then(|zoned| Time::from_unix(zoned.timestamp().as_second()));
    draft.permalink = Some(link);
    let markup = plain(inside(item, "description").unwrap_or_default());
    // Every item ends in a paragraph of the feed's own.
    let own = markup
        .rfind("<p><a href=")
        .filter(|&at| markup.get(at..).is_some_and(|end| end.contains(">Read full topic<")));
    draft.body = words(own.and_then(|at| markup.get(..at)).unwrap_or(&markup), topic);
    Some(draft)
}

/// The text of an element: CDATA as it stands, else with what was escaped turned back.
fn plain(text: &str) -> String {
    let trimmed = text.trim();
    match trimmed.strip_prefix("<![CDATA[").and_then(|inner| inner.strip_suffix("]]>")) {
        Some(inner) => inner.to_owned(),
        None => unescape(trimmed).into_owned(),
    }
}

/// What stands inside the first element of this name.
fn inside<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    next(text, name).map(|(inner, _)| inner)
}

/// What stands inside the first element of this name, and what follows it. Markup in CDATA is no element.
fn next<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let mut start = None;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', text.as_bytes().get(at..)?) {
        let tag_at = at + found;
        let tag = text.get(tag_at..)?;
        if let Some(data) = tag.strip_prefix("<![CDATA[") {
            at = tag_at + "<![CDATA[".len() + data.find("]]>")? + "]]>".len();
            continue;
        }
        at = tag_at + 1;
        let bare = tag.get(1..)?;
        match start {
            None => {
                let named = bare.strip_prefix(name).filter(|after| after.starts_with(['>', ' ', '\n', '\t']));
                if let Some(after) = named {
                    start = Some(tag_at + 1 + name.len() + after.find('>')? + 1);
                }
            }
            Some(from) => {
                let closed = bare.strip_prefix('/').and_then(|end| end.strip_prefix(name));
                if let Some(after) = closed.filter(|after| after.starts_with('>')) {
                    let inner = text.get(from..tag_at).unwrap_or_default();
                    return Some((inner, after.get(1..).unwrap_or_default()));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    const FEED: &str = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Tea &amp; milk</title>\
        <link>https://f.example/t/tea/9</link><item><title>Tea</title><dc:creator><![CDATA[ann]]></dc:creator>\
        <description><![CDATA[<p>no </item> here</p>\n<p><a href=\"https://f.example/t/tea/9/12\">Read full topic</a></p>]]></description>\
        <link>https://f.example/t/tea/9/12</link><pubDate>Mon, 19 Jan 2026 00:47:25 +0000</pubDate></item></channel></rss>";

    #[test]
    fn items_are_posts_and_markup_in_cdata_ends_none() {
        let document = Document::new(Page { text: FEED.into(), ..Page::default() }, None);
        assert!(is_topic(&document));
        let reading = read(FEED);
        assert_eq!(reading.title.as_deref(), Some("Tea & milk"));
        let post = &reading.drafts[1];
        assert_eq!(
            (post.key.as_str(), post.author.as_deref(), post.body.text()),
            ("12", Some("ann"), "no here")
        );
        assert_eq!(post.written_at.unwrap().to_string(), "2026-01-19T00:47:25Z");
    }
}

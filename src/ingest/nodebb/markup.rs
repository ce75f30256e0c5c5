//! NodeBB's markup, for pages that were saved without the JSON inside.

use scraper::ElementRef;
use scraper::node::Element;
use url::Url;

use super::words::of_element;
use super::{base_of, keep_the_opening, parent, permalink};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::ingest::html::{attribute, below, first, has_class, text_of};
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, State, Time};

/// The address that the page gives itself; `None` where it cannot be parsed or says none.
pub(super) fn canonical(document: &Document) -> Option<Url> {
    link(document.html().ok()?.root_element(), "canonical", document.page.url.as_ref())
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let root = document.html()?.root_element();
    let here = document.page.url.clone();
    let canonical = link(root, "canonical", here.as_ref());
    let base = here.as_ref().or(canonical.as_ref()).and_then(base_of);
    let mut reading = Reading { url: canonical.or(here.clone()), ..Reading::default() };
    let heading = first(root, |element| is(element, "topic/title"));
    reading.title = heading.or_else(|| first(root, |element| element.name() == "h1")).map(text_of);
    let count = first(root, |element| is(element, "topic/post-count"));
    reading.declared = count.and_then(|count| {
        let exact = attribute(count.value(), "title").map(str::to_owned).unwrap_or_else(|| text_of(count));
        exact.replace(',', "").trim().parse().ok()
    });
    let first_page = link(root, "prev", here.as_ref()).is_none();
    for post in below(root).filter(|element| is(element.value(), "post")) {
        let Some(id) = attribute(post.value(), "data-pid").filter(|id| !id.is_empty()) else { continue };
        let opening = attribute(post.value(), "data-index").map_or(reading.drafts.is_empty(), |at| at == "0");
        reading.drafts.push(draft(post, id, opening && first_page, base.as_ref()));
    }
    if reading.drafts.is_empty() {
        return Err(Error::Wall {
            what: document.page.name.clone(),
            wall: "a NodeBB page without a topic's posts".to_owned(),
            advice: "give the topic's own address (/topic/ID), or save the answer of /api/topic/ID instead"
                .to_owned(),
        });
    }
    keep_the_opening(&mut reading, None);
    let next = link(root, "next", here.as_ref().or(reading.url.as_ref()));
    reading.next.extend(next.map(Request::page));
    Ok(reading)
}

fn draft(post: ElementRef<'_>, id: &str, opening: bool, base: Option<&Url>) -> Draft {
    let value = post.value();
    let part = |name: &str| first(post, |element| is(element, name));
    let (body, quoted) = part("post/content").map(of_element).unwrap_or_default();
    let to = part("post/parent").and_then(|link| {
        let link = link.value();
        ["data-parent-pid", "data-topid", "data-to-pid"].iter().find_map(|name| attribute(link, name))
    });
    let main = opening.then_some(id);
    let to = to.filter(|to| !to.is_empty() && *to != id).map(str::to_owned);
    let mut draft = Draft::new(id, parent(id, main, to, quoted));
    let name = attribute(value, "data-username").filter(|name| !name.is_empty());
    draft.author = name.map(str::to_owned);
    let milliseconds = attribute(value, "data-timestamp").and_then(|text| text.parse::<i64>().ok());
    let stated = || {
        let published = first(post, |element| attribute(element, "itemprop") == Some("datePublished"))?;
        Time::parse(attribute(published.value(), "content")?)
    };
    draft.written_at = milliseconds.and_then(|at| Time::from_unix(at / 1_000)).or_else(stated);
    let votes = part("post/vote-count");
    draft.votes = votes.and_then(|votes| {
        let exact = attribute(votes.value(), "data-votes").map(str::to_owned);
        exact.unwrap_or_else(|| text_of(votes)).trim().parse().ok()
    });
    draft.permalink = base.and_then(|base| permalink(base, id));
    if has_class(value, "deleted") {
        draft.state = State::RemovedByModerator;
    } else {
        draft.body = body;
    }
    draft
}

/// Whether this is the component of that name.
fn is(element: &Element, component: &str) -> bool {
    attribute(element, "component") == Some(component)
}

/// Where the page's `<link>` of this kind leads.
fn link(root: ElementRef<'_>, kind: &str, base: Option<&Url>) -> Option<Url> {
    let found = first(root, |element| element.name() == "link" && attribute(element, "rel") == Some(kind))?;
    let href = attribute(found.value(), "href")?;
    base.map_or_else(|| Url::parse(href), |base| base.join(href)).ok()
}

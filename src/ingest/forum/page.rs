//! One page of a forum thread: one walk finds the posts and what stands around them, then words are read.

use std::collections::{HashMap, HashSet};

use scraper::ElementRef;
use url::Url;

use super::linked_data;
use super::local_time::{Clock, When};
use super::pager::Pager;
use super::post::{self, Found};
use super::quotation::Quotations;
use super::selector::Hit;
use super::{Selectors, digits};
use crate::error::Result;
use crate::fetch::Request;
use crate::ingest::html::{Treat, attribute, body_with, has_class, text_of};
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, Parent, State};

/// Key of the opening post on a page that does not show it.
const UNSEEN_OPENING: &str = "opening";

/// Key of an opening post that bears no id.
const UNNAMED_OPENING: &str = "topic";

/// Session ids that would make each page new for ever.
const SESSIONS: &[&str] = &["sid", "s", "PHPSESSID", "phpsessid", "jsessionid"];

/// What a page holds.
#[derive(Default)]
struct Around<'a> {
    title: Option<Hit<'a>>,
    next: Option<Hit<'a>>,
    declared: Option<Hit<'a>>,
    /// Replies as the page's linked data counts them.
    linked_replies: Option<u32>,
    previous: Option<&'a str>,
    pager: Pager<'a>,
    base: Option<&'a str>,
    canonical: Option<&'a str>,
    og_title: Option<&'a str>,
    site: Option<&'a str>,
    page_title: Option<String>,
    page_class: Option<&'a str>,
    posts: Vec<Found<'a>>,
    has_nests: bool,
    /// Open elements around answers: the id that they answer, and the element.
    nests: Vec<(ego_tree::NodeId, Option<String>)>,
}

pub(super) fn read(document: &Document, selectors: &Selectors) -> Result<Reading> {
    let root = document.html()?.root_element();
    let mut around = Around::default();
    let mut at = root.first_child();
    while let Some(mut node) = at {
        let inside = ElementRef::wrap(node).is_some_and(|element| around.see(element, selectors));
        at = node.first_child().filter(|_| inside);
        while at.is_none() {
            around.leave(node.id());
            at = node.next_sibling();
            if at.is_none() {
                match node.parent().filter(|parent| parent.id() != root.id()) {
                    Some(parent) => node = parent,
                    None => break,
                }
            }
        }
    }
    Ok(around.into_reading(document, selectors))
}

impl<'a> Around<'a> {
    /// Looks at an element outside the posts; says whether to look inside.
    fn see(&mut self, element: ElementRef<'a>, selectors: &Selectors) -> bool {
        let value = element.value();
        let get = |name: &str| attribute(value, name);
        match value.name() {
            "script" if get("type") == Some("application/ld+json") => {
                self.linked_replies = self.linked_replies.or_else(|| linked_data::replies(element));
                return false;
            }
            "script" | "style" | "template" | "svg" => return false,
            "body" => self.page_class = get("class"),
            "base" => self.base = self.base.or(get("href")),
            "title" if self.page_title.is_none() => self.page_title = Some(text_of(element)),
            "meta" if get("property") == Some("og:title") => self.og_title = get("content"),
            "meta" if get("property") == Some("og:site_name") => self.site = get("content"),
            "link" if get("rel") == Some("canonical") => self.canonical = get("href"),
            "link" if get("rel") == Some("prev") => self.previous = self.previous.or(get("href")),
            _ => {}
        }
        if selectors.aside.fits(element) {
            return false;
        }
        if selectors.post.fits(element)
            && let Some(mut found) = post::find(element, selectors)
        {
            found.inside = self.nests.last().and_then(|(_, id)| id.clone());
            self.posts.push(found);
            return false;
        }
        if selectors.nest.fits(element) {
            self.has_nests = true;
            self.nests.push((element.id(), self.posts.last().map(|post| post.id.clone())));
        }
        selectors.title.prefer(element, &mut self.title);
        selectors.next.prefer(element, &mut self.next);
        selectors.declared.prefer(element, &mut self.declared);
        if self.previous.is_none() && selectors.previous.fits(element) {
            self.previous = get("href");
        }
        if selectors.pager.fits(element) {
            self.pager.see(element);
        }
        true
    }

    fn leave(&mut self, element: ego_tree::NodeId) {
        if self.nests.last().is_some_and(|(open, _)| *open == element) {
            self.nests.pop();
        }
    }

    fn into_reading(mut self, document: &Document, selectors: &Selectors) -> Reading {
        let address = document.page.url.clone();
        let canonical = self.canonical.and_then(|href| match &address {
            Some(base) => base.join(href).ok(),
            None => Url::parse(href).ok(),
        });
        // A saved page says itself where it came from; whether that is asked is the user's decision.
        let here = address.clone().or_else(|| canonical.clone());
        let base = match (self.base, &here) {
            (Some(href), Some(here)) => here.join(href).ok(),
            (Some(href), None) => Url::parse(href).ok(),
            (None, _) => here.clone(),
        };
        let first_page = self.previous.is_none() && self.pager.current().is_none_or(|page| page == 1);
        let title = self.title.map(|hit| heading(hit.element)).filter(|title| !title.is_empty());
        let site = self.site.unwrap_or_default();
        let title = title.or_else(|| {
            let title = self.og_title.map(str::to_owned).or(self.page_title.take())?;
            Some(without_site(&title, site).to_owned())
        });
        let declared =
            self.declared.and_then(|hit| hit.value()).and_then(|text| count(&text, selectors.declared_first));
        let mut reading = Reading {
            title: title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty()),
            url: canonical.or_else(|| here.clone()).map(without_session),
            declared: declared
                .and_then(|all| all.checked_add(u32::from(selectors.declares_replies)))
                // Fewer than the page holds is another number: that of a page, or of pages.
                .filter(|&all| all as usize >= self.posts.len())
                .or_else(|| self.linked_replies?.checked_add(1)),
            ..Reading::default()
        };
        let next = self.next.and_then(|hit| hit.value()).or_else(|| self.pager.next().map(str::to_owned));
        // A link to a post leads into the middle of its thread.
        let previous = self.previous.or_else(|| self.pager.previous()).filter(|_| !first_page);
        for href in next.as_deref().into_iter().chain(previous) {
            let to = base.as_ref().and_then(|base| base.join(href).ok()).map(without_session);
            let same = to.filter(|to| {
                here.as_ref().is_some_and(|here| here.host_str() == to.host_str() && !same_page(here, to))
            });
            reading.next.extend(same.map(Request::page));
        }
        let thread = reading.url.as_ref().and_then(thread_id);
        let place = Place { here, base, thread, first_page, nested: self.has_nests };
        self.name_the_opening(&place);
        self.leave_out_repeats();
        self.write(document, selectors, &mut reading, place);
        reading
    }

    /// A topic that bears no id of its own is known by the thread's; other posts without one are none.
    fn name_the_opening(&mut self, place: &Place) {
        let of_page = self
            .page_class
            .and_then(|class| class.split_ascii_whitespace().find_map(|one| one.strip_prefix("postid-")));
        if let Some(first) = self.posts.first_mut().filter(|post| post.id.is_empty() && place.first_page) {
            first.id = of_page.or(place.thread.as_deref()).unwrap_or(UNNAMED_OPENING).to_owned();
        }
        self.posts.retain(|post| !post.id.is_empty());
    }

    /// Whether this later page shows the opening post again above its own, as the numbers of the posts say.
    fn repeats_the_opening(&self) -> bool {
        let number = |at: usize| self.posts.get(at).and_then(|post| post.number);
        // Where each page counts from one, the second post is the page's second.
        number(0) == Some(1) && number(1) != Some(2)
    }

    /// A post that stands twice on the page counts once: where it stands in the order of ids. The other
    /// shows an accepted answer, or the best of the thread, above the rest.
    fn leave_out_repeats(&mut self) {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut repeats: HashSet<usize> = HashSet::new();
        let number = |at: usize| self.posts.get(at).and_then(|post| post.id.parse::<u64>().ok());
        for (at, post) in self.posts.iter().enumerate() {
            let Some(&first) = places.get(post.id.as_str()) else {
                places.insert(&post.id, at);
                continue;
            };
            let is_ahead = first > 0 && number(first).zip(number(first + 1)).is_some_and(|(a, b)| a > b);
            repeats.insert(if is_ahead { first } else { at });
            places.insert(&post.id, if is_ahead { at } else { first });
        }
        let mut at = 0;
        self.posts.retain(|_| {
            at += 1;
            !repeats.contains(&(at - 1))
        });
    }

    /// Makes drafts of the posts.
    fn write(self, document: &Document, selectors: &Selectors, reading: &mut Reading, place: Place) {
        let names: HashSet<String> = self.posts.iter().filter_map(|post| post.author.clone()).collect();
        let local = self.posts.iter().filter_map(|post| match &post.when {
            Some(When::Local(text)) => Some(text.as_str()),
            Some(When::Known(_)) | None => None,
        });
        let clock = Clock::of(&document.page.text, local);
        let opening = self.posts.first().filter(|_| place.first_page || self.repeats_the_opening());
        let opening = opening.map(|post| post.id.clone());
        reading.place = self.posts.last().and_then(|post| post.id.parse().ok());
        if opening.is_none() && !self.posts.is_empty() {
            let unseen = Draft::new(UNSEEN_OPENING, Parent::Opening);
            reading.drafts.push(Draft { state: State::Missing, native_id: String::new(), ..unseen });
        }
        let quotations = Quotations { selectors, names: &names, thread: place.thread.as_deref() };
        for mut post in self.posts {
            let (body, mut quoted) = post.read_words(&quotations);
            let is_opening = opening.as_ref() == Some(&post.id);
            quoted.retain(|id| *id != post.id && !older(id, opening.as_deref()));
            let mut quoted = quoted.into_iter();
            let parent = match (is_opening, post.inside) {
                (true, _) => Parent::Opening,
                (false, Some(outer)) => Parent::Post(outer),
                (false, None) if place.nested => Parent::Root,
                (false, None) => quoted.next().map_or(Parent::Unknown, Parent::Quoted),
            };
            let mut draft = Draft::new(post.id, parent);
            draft.also = quoted.filter(|_| !is_opening).collect();
            draft.author = post.author;
            draft.written_at = match post.when {
                Some(When::Known(time)) => Some(time),
                Some(When::Local(text)) => clock.moment(&text),
                None => None,
            };
            draft.edited_at = post.edited_at;
            draft.permalink = place.permalink(post.permalink, selectors.anchor, &draft.key);
            draft.votes = post.votes;
            draft.state = post.state;
            draft.body = body;
            reading.drafts.push(draft);
        }
    }
}

/// Where a page stands.
struct Place {
    here: Option<Url>,
    base: Option<Url>,
    thread: Option<String>,
    first_page: bool,
    /// Whether answers stand inside what they answer.
    nested: bool,
}

impl Place {
    /// The address of a post: its own link, else its anchor on this page.
    fn permalink(&self, href: Option<String>, anchor: &str, id: &str) -> Option<String> {
        let link = href.and_then(|href| match &self.base {
            Some(base) => base.join(&href).ok(),
            None => Url::parse(&href).ok(),
        });
        let anchored = || {
            let mut url = self.here.clone().filter(|_| !anchor.is_empty())?;
            url.set_fragment(Some(&format!("{anchor}{id}")));
            Some(url)
        };
        link.or_else(anchored).map(|url| without_session(url).to_string())
    }
}

/// The words of a heading without the labels that boards put before a title.
fn heading(element: ElementRef<'_>) -> String {
    let is_label = |part: ElementRef<'_>| {
        let is = |class: &&str| has_class(part.value(), class);
        ["label", "labelLink", "label-append", "badge", "ipsBadge", "prefix"].iter().any(is)
    };
    let words = body_with(element, &|part| if is_label(part) { Treat::Skip } else { Treat::Normal });
    words.text().replace('\n', " ")
}

/// The title of a page without the name of its site at the end.
fn without_site<'t>(title: &'t str, site: &str) -> &'t str {
    let cut = title.trim().strip_suffix(site.trim()).map(str::trim_end);
    let cut =
        cut.and_then(|title| title.strip_suffix(['-', '–', '—', '|', '•', '·', ':', '»'])).map(str::trim_end);
    cut.filter(|rest| !site.trim().is_empty() && !rest.is_empty()).unwrap_or(title)
}

/// Whether a quoted post is older than the post that opens the thread, and so of another thread.
fn older(id: &str, opening: Option<&str>) -> bool {
    let number = |id: &str| id.parse::<u64>().ok();
    opening.and_then(number).zip(number(id)).is_some_and(|(opening, id)| id < opening)
}

/// The first or last number of a text, its thousands put together: "Results 1 to 15 of 1,033".
fn count(text: &str, first: bool) -> Option<u32> {
    let words = text.split(|c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}');
    let mut numbers = words.filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let number = if first { numbers.next() } else { numbers.next_back() };
    u32::try_from(post::number(number?)?).ok()
}

/// The thread's number in its address: `/topic/150745-new-ui/`, `?t=1658`, `/threads/title.91732/`.
fn thread_id(url: &Url) -> Option<String> {
    let named =
        url.query_pairs().find(|(name, _)| matches!(&**name, "t" | "tid" | "topic" | "id" | "threadid"));
    let in_query = named.and_then(|(_, value)| digits(&value).map(str::to_owned));
    // `index.php?/topic/150745-...` keeps its path in the query.
    let path = format!("{}/{}", url.path(), url.query().unwrap_or_default());
    in_query.or_else(|| {
        let mut parts = path.split('/').skip_while(|part| !matches!(*part, "topic" | "threads" | "thread"));
        let slug = parts.nth(1)?;
        let leading: String = slug.chars().take_while(char::is_ascii_digit).collect();
        if leading.is_empty() { digits(slug).map(str::to_owned) } else { Some(leading) }
    })
}

/// The address without a session's id.
fn without_session(url: Url) -> Url {
    if !url.query_pairs().any(|(name, _)| SESSIONS.contains(&&*name)) {
        return url;
    }
    let mut clean = url.clone();
    let kept: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !SESSIONS.contains(&pair.split('=').next().unwrap_or_default()))
        .collect();
    clean.set_query(Some(kept.join("&")).as_deref().filter(|query| !query.is_empty()));
    clean
}

/// Whether two addresses are of one page.
fn same_page(a: &Url, b: &Url) -> bool {
    a.path() == b.path() && a.query() == b.query()
}

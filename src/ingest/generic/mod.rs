//! Any page that shows a thread: the repeated block in which somebody, at some time, says something.
//!
//! For software that nobody wrote a reader for. It counts shapes and believes no single element, and it
//! always says that it guessed. It refuses pages on which nothing is said again and again by somebody at
//! some time: an error that names the wall is better than invented posts.
//!
//! 1. [`survey`] makes the page a flat table, with the signs ([`sign`]) of times, names and words.
//! 2. [`groups`] finds the elements that are the posts, [`opening`] the post above them.
//! 3. [`fields`] votes on where words, times and names stand; [`ids`] and [`nesting`] find what posts are
//!    called and what they answer; [`words`] reads them.

mod around;
mod fields;
mod groups;
mod ids;
mod keys;
mod nesting;
mod opening;
mod sign;
mod survey;
mod when;
mod words;

use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use scraper::ElementRef;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use self::around::Around;
use self::fields::Fields;
use self::groups::Region;
use self::ids::Ids;
use self::nesting::Place;
use self::sign::Signs;
use self::survey::Survey;
use super::forum::local_time::Clock;
use super::{Document, Platform, Reading, Recognition};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::thread::{Draft, Notice, NoticeKind, Parent, State};

/// The reader of pages of no known kind.
pub(super) struct Generic;

/// Key of an opening that the page does not show or that bears no id.
const OPENING: &str = "opening";

/// Bytes below which no page holds a thread.
const SMALLEST: usize = 200;

impl Platform for Generic {
    fn name(&self) -> &'static str {
        "generic"
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
        let Ok(html) = document.html() else { return Recognition::No };
        let found = document.by_shape.get_or_init(|| posts(document, &Survey::of(html.root_element())));
        if found.is_some() { Recognition::Possible } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let root = document.html()?.root_element();
        let survey = Survey::of(root);
        let posts = document.by_shape.get_or_init(|| posts(document, &survey));
        let posts = posts.as_ref().ok_or_else(|| Error::Unrecognised {
            what: document.page.name.clone(),
            reason: "nothing on it is repeated as the posts of a thread are".to_owned(),
        })?;
        Ok(Page::of(document, root, &survey, posts).into_reading())
    }
}

/// The posts of a page and where their fields are.
#[derive(Debug)]
pub(super) struct Posts {
    regions: Vec<Region>,
    fields: Fields,
    /// How the thread opens, where the first post is not its opening.
    above: Above,
}

/// What the posts answer.
#[derive(Debug)]
enum Above {
    /// The first of them opens the thread.
    Nothing,
    /// The first of them was found above the rest and opens the thread.
    First,
    /// Something that is no post: an article.
    Article,
}

/// Finds the posts; `None` when what is repeated is no thread.
fn posts(document: &Document, survey: &Survey<'_>) -> Option<Posts> {
    let group = groups::find(survey)?;
    let mut regions = without_wrappers(survey, group.regions);
    let mut fields = fields::find(survey, &regions);
    if !is_thread(survey, &regions, &fields) {
        return None;
    }
    let answers = opening::are_answers(survey, &regions);
    let nested = regions.iter().any(|region| region.inside.is_some());
    let under_article = group.is_comments && is_article_page(document);
    let mut above = if under_article || nested { Above::Article } else { Above::Nothing };
    let first = regions.first()?.head;
    let last = regions.iter().map(|region| region.end).max()?;
    let mut more = opening::of_the_same_kind(survey, &regions, &fields.body_keys);
    more.retain(|(head, _)| *head < last);
    // Of what stands above the first post only the nearest can open the thread.
    let before = more.iter().filter(|(head, _)| *head < first).count();
    more.drain(..before.saturating_sub(1));
    if under_article && before == 0 {
        more.clear();
    }
    let mut candidates: Vec<(u32, u32, Option<u32>)> =
        more.into_iter().map(|(head, body)| (head, survey.entries[head as usize].end, Some(body))).collect();
    if before == 0 && !under_article && (answers || nested) {
        match opening::above(survey, &regions) {
            Some((head, end, false)) => candidates.insert(0, (head, end, None)),
            Some((.., true)) => above = Above::Article,
            None => {}
        }
    }
    if !candidates.is_empty() {
        let heads: Vec<Region> = candidates
            .iter()
            .map(|&(head, end, _)| Region { head, end, holes: Vec::new(), inside: None })
            .collect();
        let mut found = fields::find_with(survey, &heads, &fields);
        for (found, (.., body)) in found.iter_mut().zip(&candidates) {
            found.body = body.or(found.body);
        }
        let same = |field: Option<u32>, other: Option<u32>, read: &dyn Fn(u32) -> String| {
            field.zip(other).is_some_and(|(one, other)| read(one) == read(other))
        };
        let title_of_the_first = |found: &fields::Found| {
            let Some(first) = fields.found.first() else { return false };
            let name = |at: u32| fields::name(survey, at).unwrap_or_default();
            let time = |at: u32| format!("{:?}", when::of(survey, at));
            same(found.author, first.author, &name) && same(found.time, first.time, &time)
        };
        let is_post: Vec<bool> = found
            .iter()
            .map(|found| {
                found.body.is_some()
                    && found.author.is_some()
                    && (found.time.is_some() || !fields.are_timed())
                    && !title_of_the_first(found)
            })
            .collect();
        let mut index = 0;
        found.retain(|_| {
            index += 1;
            is_post[index - 1]
        });
        let heads: Vec<Region> =
            heads.into_iter().zip(&is_post).filter(|(_, is_post)| **is_post).map(|(head, _)| head).collect();
        if heads.first().is_some_and(|head| head.head < first) {
            above = Above::First;
        }
        regions = merged(regions, &mut fields, heads, found);
    }
    let mut kept: Vec<bool> = fields
        .found
        .iter()
        .map(|found| found.body.is_some() && (found.time.is_some() || found.author.is_some()))
        .collect();
    drop_repeats(survey, &fields, &mut kept);
    keep(&mut regions, &mut fields, &kept);
    (regions.len() >= 2).then_some(Posts { regions, fields, above })
}

/// Whether the page says that it is an article.
fn is_article_page(document: &Document) -> bool {
    [
        "property=\"og:type\" content=\"article\"",
        "wp-content/",
        "\"BlogPosting\"",
        "\"NewsArticle\"",
        "schema.org/BlogPosting",
    ]
    .iter()
    .any(|mark| document.mentions(mark))
}

/// Whether most of these have a name, a time and words, and are not the heads of something elsewhere.
fn is_thread(survey: &Survey<'_>, regions: &[Region], fields: &Fields) -> bool {
    let count = regions.len();
    let has = |test: fn(&fields::Found) -> bool| fields.found.iter().filter(|found| test(found)).count() * 10;
    let (named, timed, said) = (
        has(|found| found.author.is_some()),
        has(|found| found.time.is_some()),
        has(|found| found.body.is_some()),
    );
    let are_posts = || {
        let says = |region: &&Region| {
            let entry = &survey.entries[region.head as usize];
            entry.signs.has(Signs::POST)
                || entry.signs.has(Signs::COMMENT)
                || entry.element.value().name() == "article"
        };
        regions.iter().filter(says).count() == count && named >= 9 * count && said >= 9 * count
    };
    if named < 6 * count || said < 6 * count || (timed < 5 * count && !are_posts()) {
        return false;
    }
    // "Last post by Ann": a list of threads.
    let is_note = |found: &&fields::Found| {
        let text =
            found.body.map(|body| survey.entries[body as usize].element.text().take(12).collect::<String>());
        text.is_some_and(|text| text.len() < 90 && sign::tells_of_something_else(&text))
    };
    if fields.found.iter().filter(is_note).count() * 2 > count {
        return false;
    }
    let (mut prose, mut linked, mut elsewhere) = (0u32, 0u32, 0usize);
    for (region, found) in regions.iter().zip(&fields.found) {
        if let Some(body) = found.body {
            let inside = survey.inside(body);
            prose = prose.saturating_add(inside.prose);
            linked = linked.saturating_add(inside.linked);
        }
        elsewhere += usize::from(opening::leads_elsewhere(survey, region, found.body));
    }
    prose > linked && prose >= 15 * count as u32 && elsewhere * 2 < count
}

/// The posts without elements that only hold posts: where nearly all bear a number, the others around them.
fn without_wrappers(survey: &Survey<'_>, regions: Vec<Region>) -> Vec<Region> {
    let is_numbered = |region: &Region| {
        let value = survey.entries[region.head as usize].element.value();
        value.attrs().any(|(name, text)| {
            (name == "id" || name.starts_with("data-")) && text.bytes().any(|byte| byte.is_ascii_digit())
        })
    };
    let numbered = regions.iter().filter(|region| is_numbered(region)).count();
    if numbered == regions.len() || numbered * 10 < regions.len() * 8 {
        return regions;
    }
    let heads: Vec<u32> = regions
        .iter()
        .filter(|region| region.holes.is_empty() || is_numbered(region))
        .map(|region| region.head)
        .collect();
    groups::regions(survey, heads.into_iter())
}

/// A post that the page shows twice, above the others and in its place, is one post.
fn drop_repeats(survey: &Survey<'_>, fields: &Fields, kept: &mut [bool]) {
    const LONG: usize = 60;
    let mut last: HashMap<(u64, Option<String>), usize> = HashMap::new();
    let mut repeated = Vec::new();
    for (index, found) in fields.found.iter().enumerate() {
        let Some(body) = found.body else { continue };
        let text: Vec<&str> =
            survey.entries[body as usize].element.text().flat_map(str::split_ascii_whitespace).collect();
        let text = text.join(" ");
        if text.len() < LONG {
            continue;
        }
        let author = found.author.and_then(|at| fields::name(survey, at));
        repeated.extend(last.insert((xxh3_64(text.as_bytes()), author), index));
    }
    if repeated.len() * 5 <= kept.len() {
        repeated.into_iter().for_each(|index| kept[index] = false);
    }
}

/// Puts further posts where they stand.
fn merged(
    regions: Vec<Region>,
    fields: &mut Fields,
    more: Vec<Region>,
    found: Vec<fields::Found>,
) -> Vec<Region> {
    let before = std::mem::take(&mut fields.found);
    let mut all: Vec<(Region, fields::Found, usize)> = regions
        .into_iter()
        .zip(before)
        .enumerate()
        .map(|(index, (region, found))| (region, found, index))
        .collect();
    let known = all.len();
    all.extend(more.into_iter().zip(found).map(|(region, found)| (region, found, usize::MAX)));
    all.sort_by_key(|(region, ..)| region.head);
    let mut moved = vec![0; known];
    for (index, (.., old)) in all.iter().enumerate() {
        if let Some(place) = moved.get_mut(*old) {
            *place = index;
        }
    }
    let mut regions = Vec::with_capacity(all.len());
    for (mut region, found, _) in all {
        region.inside = region.inside.and_then(|outer| moved.get(outer).copied());
        fields.found.push(found);
        regions.push(region);
    }
    regions
}

/// Drops the posts that are none; what stood inside one stands inside the one around it.
fn keep(regions: &mut Vec<Region>, fields: &mut Fields, kept: &[bool]) {
    let mut place: Vec<Option<usize>> = Vec::with_capacity(kept.len());
    let mut count = 0;
    for (index, region) in regions.iter_mut().enumerate() {
        region.inside = region.inside.and_then(|outer| place.get(outer).copied().flatten());
        if kept.get(index) == Some(&true) {
            place.push(Some(count));
            count += 1;
        } else {
            place.push(region.inside);
        }
    }
    let mut index = 0;
    regions.retain(|_| {
        index += 1;
        kept.get(index - 1) == Some(&true)
    });
    let mut index = 0;
    fields.found.retain(|_| {
        index += 1;
        kept.get(index - 1) == Some(&true)
    });
}

/// A page whose posts are known.
struct Page<'d, 's, 'a> {
    document: &'d Document,
    survey: &'s Survey<'a>,
    posts: &'d Posts,
    ids: Ids,
    around: Around,
}

impl<'d, 's, 'a> Page<'d, 's, 'a> {
    fn of(document: &'d Document, root: ElementRef<'a>, survey: &'s Survey<'a>, posts: &'d Posts) -> Self {
        let ids = ids::find(survey, &posts.regions, &posts.fields.found);
        let regions = &posts.regions;
        let in_posts = |at: u32| {
            let next = regions.partition_point(|region| region.head <= at);
            next > 0 && at < regions[next - 1].end
        };
        let first = regions.first().map_or(0, |region| region.head);
        let around = around::find(root, survey, document.page.url.as_ref(), first, in_posts);
        Self { document, survey, posts, ids, around }
    }

    fn into_reading(self) -> Reading {
        let here = self.document.page.url.clone().or_else(|| self.around.canonical.clone());
        let mut reading = Reading {
            title: self.around.title.clone(),
            url: self.around.canonical.clone().or_else(|| here.clone()),
            ..Reading::default()
        };
        reading.next.extend(self.around.next.clone().map(Request::page));
        let unnamed = self.ids.ids.iter().filter(|id| id.is_none()).count();
        let text = format!(
            "the site is of no kind that is known: {} posts, their authors and their times were found by the repeated \
             shape of the page; compare some of them with it{}",
            self.posts.regions.len(),
            if unnamed > 1 { " (posts bear no ids there and are numbered)" } else { "" },
        );
        reading.notices.push(Notice::new(NoticeKind::Guessed, text));
        self.write(&mut reading, here.as_ref());
        reading
    }

    /// Makes drafts of the posts.
    fn write(self, reading: &mut Reading, here: Option<&Url>) {
        let Posts { regions, fields, above } = self.posts;
        let authors: Vec<Option<String>> =
            fields.found.iter().map(|found| fields::name(self.survey, found.author?)).collect();
        let names: HashSet<String> = authors.iter().flatten().cloned().collect();
        let is_first_page = !self.around.has_previous;
        let keys: Vec<String> = self.keys(&authors, is_first_page);
        let known: HashSet<String> = keys.iter().cloned().collect();
        let left_out = self.left_out();
        let reader = words::Reader { names: &names, ids: &known, left_out: &left_out };
        let whens: Vec<_> =
            fields.found.iter().map(|found| found.time.map(|time| when::of(self.survey, time))).collect();
        let local =
            whens.iter().flatten().filter(|(known, _)| known.is_none()).map(|(_, text)| text.as_str());
        let clock = Clock::of(&self.document.page.text, local);
        let places = nesting::find(self.survey, regions, &self.ids.ids);
        let opens = is_first_page && !matches!(above, Above::Article);
        if !opens {
            let unseen = Draft::new(OPENING, Parent::Opening);
            reading.drafts.push(Draft { state: State::Missing, native_id: String::new(), ..unseen });
        }
        let has_levels = places.iter().any(|place| *place != Place::Unknown);
        for (index, region) in regions.iter().enumerate() {
            let elements = self.elements(region, fields.found[index]);
            let (body, quoted) = reader.read(&elements);
            let mut quoted = quoted.into_iter().filter(|id| *id != keys[index]);
            let parent = match places[index] {
                _ if index == 0 && opens => Parent::Opening,
                Place::Under(outer) if keys[outer] != keys[index] => Parent::Post(keys[outer].clone()),
                Place::Top | Place::Under(_) => Parent::Root,
                Place::Unknown => match quoted.next() {
                    Some(of) => Parent::Quoted(of),
                    None if has_levels || matches!(above, Above::Article) => Parent::Root,
                    None => Parent::Unknown,
                },
            };
            let mut draft = Draft::new(keys[index].clone(), parent);
            draft.also = quoted.collect();
            if index == 0 && opens {
                draft.also.clear();
            }
            draft.author = authors[index].clone();
            draft.written_at =
                whens[index].as_ref().and_then(|(known, text)| known.or_else(|| clock.moment(text)));
            draft.permalink = self.permalink(index, here);
            draft.body = body;
            reading.drafts.push(draft);
        }
    }

    /// A key for each post: its id, else its number on the first page or a mark of its words on a later one.
    fn keys(&self, authors: &[Option<String>], is_first_page: bool) -> Vec<String> {
        let mut seen: HashSet<String> = HashSet::new();
        let numbered = is_first_page && self.around.next.is_none();
        let mut keys = Vec::with_capacity(authors.len());
        for (index, id) in self.ids.ids.iter().enumerate() {
            let id = id.clone().filter(|id| !id.is_empty()).unwrap_or_else(|| {
                if index == 0 && self.ids.ids.iter().any(Option::is_some) {
                    return "topic".to_owned();
                }
                if numbered {
                    return (index + 1).to_string();
                }
                let region = &self.posts.regions[index];
                let text: String =
                    self.survey.entries[region.head as usize].element.text().take(60).collect();
                format!("{:08x}", xxh3_64(text.as_bytes()) >> 32)
            });
            let mut key = id.clone();
            let mut again = 1;
            while !seen.insert(key.clone()) {
                again += 1;
                key = format!("{id}-{again}");
            }
            keys.push(key);
        }
        keys
    }

    /// Elements that are not words: heads of other posts, times, names.
    fn left_out(&self) -> HashSet<NodeId> {
        let node = |at: u32| self.survey.entries[at as usize].element.id();
        let mut left_out = HashSet::new();
        for (region, found) in self.posts.regions.iter().zip(&self.posts.fields.found) {
            if found.body != Some(region.head) {
                left_out.insert(node(region.head));
            }
            left_out.extend(found.time.filter(|_| found.body != found.time).map(node));
            left_out.extend(found.author.filter(|_| found.body != found.author).map(node));
        }
        left_out
    }

    /// The elements that hold the words of a post.
    fn elements(&self, _: &Region, found: fields::Found) -> Vec<ElementRef<'a>> {
        found.body.map(|at| self.survey.entries[at as usize].element).into_iter().collect()
    }

    fn permalink(&self, index: usize, here: Option<&Url>) -> Option<String> {
        let link =
            self.ids.links[index].as_deref().and_then(|href| around::join(self.around.base.as_ref(), href));
        let anchored = || {
            let mut url = here.cloned()?;
            url.set_fragment(Some(self.ids.anchors[index].as_deref()?));
            Some(url)
        };
        link.or_else(anchored).map(|url| url.to_string())
    }
}

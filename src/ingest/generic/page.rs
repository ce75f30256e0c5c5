//! What is made of a page whose posts are known: a draft of each, with its key, words and parent.

use std::cell::RefCell;
use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::ElementRef;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::around::{self, Around};
use super::ids::{self, Ids};
use super::nesting::{self, Place};
use super::posts::{Above, Posts};
use super::survey::Survey;
use super::{fields, name, when, words};
use crate::fetch::Request;
use crate::ingest::forum::local_time::Clock;
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, Notice, NoticeKind, Parent, State};

/// Key of an opening that the page does not show or that bears no id.
const OPENING: &str = "opening";

/// A page whose posts are known.
pub(super) struct Page<'d, 's, 'a> {
    document: &'d Document,
    survey: &'s Survey<'a>,
    posts: Posts,
    ids: Ids,
    around: Around,
}

impl<'d, 's, 'a> Page<'d, 's, 'a> {
    pub(super) fn of(
        document: &'d Document,
        root: ElementRef<'a>,
        survey: &'s Survey<'a>,
        posts: Posts,
    ) -> Self {
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

    pub(super) fn into_reading(self) -> Reading {
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
        let Posts { regions, fields, above } = &self.posts;
        let authors: Vec<Option<String>> = fields
            .found
            .iter()
            .map(|found| Some(name::of(self.survey, found.author?)?.to_string()))
            .collect();
        let names: HashSet<String> = authors.iter().flatten().cloned().collect();
        let is_first_page = !self.around.has_previous;
        let keys: Vec<String> = self.keys(&authors, is_first_page);
        let known: HashSet<String> = keys.iter().cloned().collect();
        let left_out = self.left_out();
        let reader = words::Reader {
            names: &names,
            ids: &known,
            left_out: &left_out,
            title: self.around.title.as_deref(),
            known: RefCell::default(),
        };
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
        for index in 0..regions.len() {
            let elements = self.elements(fields.found[index]);
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
                let text: String = self.survey.element(region.head).text().take(60).collect();
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
        let node = |at: u32| self.survey.element(at).id();
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
    fn elements(&self, found: fields::Found) -> Vec<ElementRef<'a>> {
        found.body.map(|at| self.survey.element(at)).into_iter().collect()
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

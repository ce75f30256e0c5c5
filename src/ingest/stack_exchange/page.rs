//! One page of a question, or the fragment with the comments of one post.
//!
//! Sites in many languages share the markup, so nothing is told by its words. Stack Overflow draws the
//! comments under answers from JSON in the page, in which they nest; that is read where it is there, else
//! what was drawn.

use scraper::ElementRef;
use url::Url;

use super::{comment_key, is_number, post_key, resolve_mentions};
use crate::error::Result;
use crate::fetch::Request;
use crate::ingest::html::{Treat, attribute, below, body_of_fragment, body_with, first, has_class, text_of};
use crate::ingest::json::{Json, Value};
use crate::ingest::walk::walk;
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, Notice, NoticeKind, Parent, State, Time};

/// What stands around the posts.
#[derive(Default)]
struct Around<'a> {
    title: Option<String>,
    canonical: Option<Url>,
    asked_at: Option<Time>,
    answers: Option<u32>,
    next: Option<&'a str>,
    page: Option<u64>,
    posts: Vec<ElementRef<'a>>,
    /// Comments outside any post: a fragment.
    comments: Vec<ElementRef<'a>>,
}

/// A post and where things are in it.
#[derive(Default)]
struct Parts<'a> {
    body: Option<ElementRef<'a>>,
    votes: Option<i64>,
    /// Who asked, answered or edited.
    cards: Vec<ElementRef<'a>>,
    comments: Vec<ElementRef<'a>>,
    /// JSON of comments.
    islands: Vec<ElementRef<'a>>,
    declared_comments: Option<u32>,
    folded: Option<u32>,
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let mut around = Around::default();
    walk(document.html()?.root_element(), |element| around.see(element));
    let own = document.page.url.clone().or_else(|| around.canonical.clone());
    let mut reading = Reading {
        title: around.title.take(),
        url: around.canonical.take().or_else(|| own.clone()),
        place: around.page.or_else(|| Some(u64::from(!around.posts.is_empty())).filter(|&place| place > 0)),
        ..Reading::default()
    };
    let mut more = Folded::default();
    let mut declared = around.answers.and_then(|answers| answers.checked_add(1));
    let mut shown_answers = 0;
    for &element in &around.posts {
        let parts = Parts::of(element);
        let Some((draft, is_answer)) = post(element, &parts, &around, own.as_ref()) else { continue };
        shown_answers += u32::from(is_answer);
        let before = reading.drafts.len() + 1;
        let (key, id) = (draft.key.clone(), draft.native_id.clone());
        reading.drafts.push(draft);
        read_comments(&parts, &key, &id, own.as_ref(), &mut reading.drafts);
        let read = u32::try_from(reading.drafts.len() - before).unwrap_or(u32::MAX);
        let all = parts.declared_comments.unwrap_or(0).max(read.saturating_add(parts.folded.unwrap_or(0)));
        declared = declared.and_then(|sum| sum.checked_add(all));
        more.note(&id, all - read, own.as_ref());
    }
    if around.posts.is_empty() {
        fragment(&around.comments, own.as_ref(), &mut reading);
    }
    // Where answers go on elsewhere, only the comments of these are known: no sum of all.
    reading.declared = declared.filter(|_| around.answers.is_some_and(|all| shown_answers >= all));
    let next = around.next.and_then(|href| own.as_ref()?.join(href).ok());
    reading.next.extend(next.map(without_anchor).map(Request::page));
    more.finish(&mut reading);
    keep_the_question(&around.posts, &mut reading);
    resolve_mentions(&mut reading);
    Ok(reading)
}

impl<'a> Around<'a> {
    /// Looks at an element; says whether to look inside.
    fn see(&mut self, element: ElementRef<'a>) -> bool {
        let value = element.value();
        let get = |name: &str| attribute(value, name);
        if get("data-questionid").is_some_and(is_number) && has_class(value, "question")
            || get("data-answerid").is_some_and(is_number) && has_class(value, "answer")
        {
            self.posts.push(element);
            return false;
        }
        if is_comment(element) {
            self.comments.push(element);
            return false;
        }
        match value.name() {
            "script" | "style" | "template" | "svg" => return false,
            "link" if get("rel") == Some("canonical") => {
                self.canonical = get("href").and_then(|href| Url::parse(href).ok());
            }
            "time" if get("itemprop") == Some("dateCreated") => {
                self.asked_at = self.asked_at.or_else(|| stamp(get("datetime")?));
            }
            "a" if has_class(value, "question-hyperlink") && self.posts.is_empty() => {
                self.title = self.title.take().or_else(|| Some(text_of(element)));
            }
            "a" if get("rel") == Some("next") => {
                self.next = get("href").filter(|href| href.contains("page=")).or(self.next);
            }
            _ => {}
        }
        let counted = get("data-answercount").map(str::to_owned);
        let counted = counted.or_else(|| (get("itemprop") == Some("answerCount")).then(|| text_of(element)));
        self.answers = counted.and_then(|count| count.trim().parse().ok()).or(self.answers);
        let is_page = has_class(value, "s-pagination--item") && has_class(value, "is-selected")
            || has_class(value, "page-numbers") && has_class(value, "current");
        if is_page {
            self.page = text_of(element).parse().ok().or(self.page);
        }
        true
    }
}

impl<'a> Parts<'a> {
    fn of(post: ElementRef<'a>) -> Self {
        let mut parts = Self::default();
        walk(post, |element| {
            let value = element.value();
            let get = |name: &str| attribute(value, name);
            let is = |class: &str| has_class(value, class);
            if is_comment(element) {
                parts.comments.push(element);
                return false;
            }
            if value.name() == "script" {
                if get("data-module-name").is_some_and(|name| name.contains("follow-ups")) {
                    parts.islands.push(element);
                }
                return false;
            }
            if parts.body.is_none() && (is("js-post-body") || is("post-text")) {
                parts.body = Some(element);
                return false;
            }
            if is("user-info") {
                parts.cards.push(element);
                return false;
            }
            if get("itemprop") == Some("commentCount") {
                parts.declared_comments = text_of(element).parse().ok();
            }
            if let Some(folded) = get("data-remaining-comments-count") {
                parts.folded = folded.parse().ok();
            } else if is("js-show-link") && !is("dno") {
                parts.folded = parts.folded.or_else(|| number_in(&text_of(element)));
            }
            if parts.votes.is_none() && (is("js-vote-count") || is("vote-count-post")) {
                parts.votes = get("data-value")
                    .and_then(|votes| votes.parse().ok())
                    .or_else(|| votes(&text_of(element)));
            }
            true
        });
        parts
    }
}

/// A question or an answer, and which of the two it is.
fn post(
    element: ElementRef<'_>,
    parts: &Parts<'_>,
    around: &Around<'_>,
    own: Option<&Url>,
) -> Option<(Draft, bool)> {
    let value = element.value();
    let answer = attribute(value, "data-answerid").filter(|id| is_number(id));
    let id = answer.or_else(|| attribute(value, "data-questionid"))?;
    let mut draft = Draft::new(post_key(id), if answer.is_some() { Parent::Root } else { Parent::Opening });
    draft.native_id = id.to_owned();
    draft.votes = attribute(value, "data-score").and_then(|score| score.parse().ok()).or(parts.votes);
    // The card of the author says so in its markup or, in older pages, is the last.
    let is_author = |card: &&ElementRef<'_>| {
        first(**card, |value| {
            has_class(value, "user-details") && attribute(value, "itemprop") == Some("author")
        })
        .is_some()
    };
    let card = parts.cards.iter().find(is_author).or(parts.cards.last());
    draft.written_at = card.and_then(|card| card_time(*card));
    if answer.is_none() {
        draft.written_at = draft.written_at.or(around.asked_at);
    }
    let others = parts.cards.iter().filter(|other| card.is_none_or(|card| card.id() != other.id()));
    draft.edited_at = others.filter_map(|other| card_time(*other)).max();
    draft.author = card.and_then(|card| card_author(*card));
    if draft.author.is_none() && !card.is_some_and(|card| is_wiki(*card)) {
        draft.author =
            attribute(value, "data-author-username").filter(|name| !name.is_empty()).map(str::to_owned);
    }
    let door = if answer.is_some() { "a" } else { "q" };
    draft.permalink = own.and_then(|own| own.join(&format!("/{door}/{id}")).ok()).map(String::from);
    if let Some(body) = parts.body {
        draft.body = body_with(body, &treat);
    }
    Some((draft, answer.is_some()))
}

/// When the person of this card did what it says.
fn card_time(card: ElementRef<'_>) -> Option<Time> {
    below(card).find_map(|element| {
        let value = element.value();
        let told = has_class(value, "relativetime") || value.name() == "time";
        ["title", "datetime"].into_iter().filter(|_| told).find_map(|name| stamp(attribute(value, name)?))
    })
}

fn is_wiki(card: ElementRef<'_>) -> bool {
    first(card, |value| has_class(value, "community-wiki")).is_some()
}

/// The person of this card. A post of the community names at most who wrote most of it.
fn card_author(card: ElementRef<'_>) -> Option<String> {
    let details = first(card, |value| has_class(value, "user-details"))?;
    let link = first(details, |value| {
        value.name() == "a" && attribute(value, "href").is_some_and(|href| href.contains("/users/"))
    });
    let link = link.map(text_of).filter(|name| !name.is_empty());
    if link.is_some() || is_wiki(card) {
        return link;
    }
    let stated = first(details, |value| attribute(value, "itemprop") == Some("name"));
    let stated = stated.map(|element| match attribute(element.value(), "content") {
        Some(name) => name.to_owned(),
        None => text_of(element),
    });
    // Who has left or never had an account stands as a name without a link.
    let bare =
        || details.children().find_map(|node| node.value().as_text().map(|text| text.trim().to_owned()));
    stated.filter(|name| !name.is_empty()).or_else(|| bare().filter(|name| !name.is_empty()))
}

/// The parts of a body that are not its author's words.
fn treat(element: ElementRef<'_>) -> Treat {
    let value = element.value();
    let is = |class: &str| has_class(value, class);
    match value.name() {
        // The author's own words, hidden until one looks.
        "blockquote" if is("spoiler") => Treat::Part,
        "aside" | "div" | "span"
            if is("js-post-notice")
                || is("post-notice")
                || is("question-status")
                || is("snippet-result")
                || is("snippet-ctas")
                || is("MJX_Assistive_MathML") =>
        {
            Treat::Skip
        }
        _ => Treat::Normal,
    }
}

fn is_comment(element: ElementRef<'_>) -> bool {
    let value = element.value();
    let old = matches!(value.name(), "li" | "tr" | "div") && has_class(value, "comment");
    let id = attribute(value, "id").unwrap_or_default();
    old && (id.strip_prefix("comment-").is_some_and(is_number)
        || attribute(value, "data-comment-id").is_some())
        || id.strip_prefix("follow-up-").is_some_and(is_number)
}

/// The comments of a post: listed, as JSON, or as drawn from that.
fn read_comments(parts: &Parts<'_>, post: &str, id: &str, own: Option<&Url>, drafts: &mut Vec<Draft>) {
    let from = drafts.len();
    for island in &parts.islands {
        let text: String = island.text().collect();
        if let Ok(json) = Json::parse(&text) {
            nested_comments(json.root(), post, id, own, drafts);
        }
    }
    if drafts.len() == from {
        drafts.extend(parts.comments.iter().flat_map(|&element| listed(element, Some((post, id)), own)));
    }
}

/// The comments of a fragment, whose post its address or its links name.
fn fragment(comments: &[ElementRef<'_>], own: Option<&Url>, reading: &mut Reading) {
    let named = own.and_then(|url| {
        let mut parts = url.path_segments()?;
        (parts.next() == Some("posts")).then(|| parts.next())?.filter(|id| is_number(id))
    });
    let key = named.map(post_key);
    for &element in comments {
        reading.drafts.extend(listed(element, key.as_deref().zip(named), own));
    }
    // The address of a fragment is not the thread's.
    if named.is_some() {
        reading.url = None;
    }
    if !reading.drafts.is_empty() && reading.drafts.iter().all(|draft| draft.parent == Parent::Root) {
        let mut post = Draft::new("post", Parent::Opening);
        post.native_id = String::new();
        post.state = State::Missing;
        reading.drafts.insert(0, post);
    }
}

/// A comment of the list, with those that nest in it.
fn listed(element: ElementRef<'_>, post: Option<(&str, &str)>, own: Option<&Url>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = comment(element, post, own).into_iter().collect();
    let mut inner = Vec::new();
    walk(element, |found| {
        if is_comment(found) {
            inner.push(found);
        }
        true
    });
    // Bounded by the nesting of pages that are read at all.
    for found in inner {
        let Some(mut draft) = comment(found, post, own) else { continue };
        let around = found.ancestors().skip(1).filter_map(ElementRef::wrap).find(|above| is_comment(*above));
        if let Some(id) = around.and_then(comment_id) {
            draft.parent = Parent::Post(comment_key(id));
        }
        drafts.push(draft);
    }
    drafts
}

fn comment_id(element: ElementRef<'_>) -> Option<&str> {
    let value = element.value();
    let id = attribute(value, "id").unwrap_or_default();
    let id = id.strip_prefix("comment-").or_else(|| id.strip_prefix("follow-up-"));
    attribute(value, "data-comment-id").or(id).filter(|id| is_number(id))
}

fn comment(element: ElementRef<'_>, post: Option<(&str, &str)>, own: Option<&Url>) -> Option<Draft> {
    let id = comment_id(element)?;
    let mut draft =
        Draft::new(comment_key(id), post.map_or(Parent::Root, |(key, _)| Parent::Post(key.to_owned())));
    draft.native_id = id.to_owned();
    draft.votes = attribute(element.value(), "data-comment-score").and_then(|score| score.parse().ok());
    let (mut author, mut stated, mut of) = (None, None, post.map(|(_, id)| id.to_owned()));
    let mut body = None;
    walk(element, |found| {
        let value = found.value();
        let is = |class: &str| has_class(value, class);
        let get = |name: &str| attribute(value, name);
        if is_comment(found) {
            return false;
        }
        let words = is("comment-copy") || (get("itemprop") == Some("text") && value.name() != "meta");
        if words {
            body = body.or(Some(found));
            return false;
        }
        if is("comment-user") {
            author = Some(text_of(found));
        } else if get("itemprop") == Some("name") && stated.is_none() {
            stated = Some(text_of(found));
        }
        if is("comment-score") && draft.votes.is_none() {
            draft.votes = text_of(found).parse().ok();
        }
        if get("data-so-test").is_some_and(|name| name.starts_with("vote-button")) && draft.votes.is_none() {
            draft.votes = text_of(found).parse().ok();
        }
        if let Some(anchor) =
            get("href").and_then(|href| href.split_once("#comment")).map(|(_, anchor)| anchor)
            && let Some((_, post)) = anchor.split_once('_').filter(|(_, post)| is_number(post))
        {
            of = of.take().or_else(|| Some(post.to_owned()));
        }
        let timed = is("relativetime-clean") || is("relativetime") || value.name() == "time";
        if timed && draft.written_at.is_none() {
            draft.written_at = ["title", "datetime"].into_iter().find_map(|name| stamp(get(name)?));
        }
        true
    });
    draft.author = author.or(stated).filter(|name| !name.is_empty());
    if let (Parent::Root, Some(of)) = (&draft.parent, &of) {
        draft.parent = Parent::Post(post_key(of));
    }
    draft.permalink = of.and_then(|of| permalink(own, id, &of));
    if let Some(body) = body {
        draft.body = body_with(body, &treat);
    }
    Some(draft)
}

/// The comments of one post as the page holds them for its scripts.
fn nested_comments(root: Value<'_>, post: &str, id: &str, own: Option<&Url>, drafts: &mut Vec<Draft>) {
    let mut stack: Vec<(Value<'_>, String)> = Vec::new();
    push_replies(root, post, &mut stack);
    while let Some((comment, under)) = stack.pop() {
        let Some(number) = comment.get("id").and_then(Value::as_id) else { continue };
        let text = |key: &str| comment.get(key).and_then(Value::as_str);
        let mut draft = Draft::new(comment_key(&number), Parent::Post(under));
        draft.permalink = permalink(own, &number, id);
        draft.author = comment.path(&["user", "displayName"]).and_then(Value::as_str).map(str::to_owned);
        draft.written_at = text("postedAt").and_then(stamp);
        draft.votes = comment.get("score").and_then(Value::as_i64);
        draft.native_id = number;
        if comment.get("isDeleted").and_then(Value::as_bool) == Some(true) {
            draft.state = State::DeletedByAuthor;
        } else {
            draft.body = body_of_fragment(text("htmlBody").or_else(|| text("body")).unwrap_or_default());
        }
        push_replies(comment, &draft.key, &mut stack);
        drafts.push(draft);
    }
}

/// Puts the replies on the stack, the first on top.
fn push_replies<'j>(of: Value<'j>, under: &str, stack: &mut Vec<(Value<'j>, String)>) {
    let from = stack.len();
    stack.extend(of.get("replies").into_iter().flat_map(Value::items).map(|one| (one, under.to_owned())));
    if let Some(new) = stack.get_mut(from..) {
        new.reverse();
    }
}

fn permalink(own: Option<&Url>, comment: &str, post: &str) -> Option<String> {
    let mut url = own?.clone();
    url.set_query(None);
    url.set_fragment(Some(&format!("comment{comment}_{post}")));
    Some(url.to_string())
}

/// Comments that the page does not show.
#[derive(Default)]
struct Folded {
    next: Vec<Request>,
    unreachable: u32,
}

impl Folded {
    fn note(&mut self, post: &str, count: u32, own: Option<&Url>) {
        if count == 0 {
            return;
        }
        match own.and_then(|own| own.join(&format!("/posts/{post}/comments")).ok()) {
            Some(url) => self.next.push(Request::page(url)),
            None => self.unreachable = self.unreachable.saturating_add(count),
        }
    }

    fn finish(self, reading: &mut Reading) {
        reading.next.extend(self.next);
        if self.unreachable > 0 {
            let words = format!(
                "the page folds {} comments away; unfold them before saving it, or say with --url where it is from",
                self.unreachable
            );
            reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
        }
    }
}

/// A page without the question keeps its place.
fn keep_the_question(posts: &[ElementRef<'_>], reading: &mut Reading) {
    let shown = reading.drafts.iter().any(|draft| draft.parent == Parent::Opening);
    let id =
        posts.iter().find_map(|post| attribute(post.value(), "data-parentid")).filter(|id| is_number(id));
    if let Some(id) = id.filter(|_| !shown) {
        let mut stub = Draft::new(post_key(id), Parent::Opening);
        stub.native_id = id.to_owned();
        stub.state = State::Missing;
        reading.drafts.insert(0, stub);
    }
}

/// `2009-05-02 00:53:18Z`, with or without a licence after it.
fn stamp(text: &str) -> Option<Time> {
    let text = text.split(',').next()?.trim();
    let zoned = text.ends_with('Z') || text.contains('+');
    zoned.then(|| Time::parse(text)).flatten()
}

/// A number of votes, in whatever way it is set.
fn votes(text: &str) -> Option<i64> {
    text.trim().replace('\u{2212}', "-").parse().ok()
}

fn number_in(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit()).find_map(|digits| digits.parse().ok())
}

fn without_anchor(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

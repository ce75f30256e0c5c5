//! Askbot: question pages with answers and comments, and the lists of comments that its pages ask for.
//!
//! A comment answers the post under which it stands, unless it names an earlier commenter there. Older
//! versions put the author and the time of a comment inside its words.

use scraper::ElementRef;
use url::Url;

use super::html::{Treat, attribute, below, body_of_fragment, body_with, first, has_class, text_of};
use super::json::{Fault, Json, Value};
use super::mention::{self, Names};
use super::walk::walk;
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Draft, Notice, NoticeKind, Parent, State, Time};

const NAME: &str = "askbot";

/// The reader of Askbot.
pub(super) struct Askbot;

impl Platform for Askbot {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "Askbot questions with answers and comments: pages, and answers of /s/post_comments"
    }

    fn example(&self) -> &'static str {
        "https://ask.example.org/question/123/title/"
    }

    fn request(&self, _: &Url) -> Option<Request> {
        None
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let mentions = |mark: &str| document.mentions(mark);
        let certain = if document.is_json() {
            mentions("\"comment_added_at\"") && mentions("\"user_display_name\"")
        } else {
            let named = mentions("askbot") || mentions("Askbot");
            document.is_markup() && named && mentions("post-update-info") && mentions("question-vote-number")
                || mentions("askbot['data']") && mentions("class=\"post-body\"")
        };
        if certain { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let mut reading = if document.is_json() {
            let json =
                Json::parse(document.start()).map_err(|fault: Fault| fault.of(&document.page.name, NAME))?;
            comments_of(json.root())
        } else {
            page(document)?
        };
        mention::resolve(&mut reading.drafts, Names::Squeezed, |draft| {
            matches!(draft.parent, Parent::Post(_))
        });
        Ok(reading)
    }
}

/// What stands around the posts.
#[derive(Default)]
struct Around<'a> {
    title: Option<String>,
    canonical: Option<&'a str>,
    answers: Option<u32>,
    next: Option<&'a str>,
    page: Option<u64>,
    posts: Vec<(ElementRef<'a>, bool)>,
}

/// A post and where things are in it.
#[derive(Default)]
struct Parts<'a> {
    id: Option<String>,
    title: Option<String>,
    body: Option<ElementRef<'a>>,
    votes: Option<i64>,
    comments: Vec<ElementRef<'a>>,
    /// Whether comments are folded.
    folded: bool,
}

fn page(document: &Document) -> Result<Reading> {
    let mut around = Around::default();
    walk(document.html()?.root_element(), |element| around.see(element));
    let own = document.page.url.clone();
    let canonical = around.canonical.and_then(|href| match &own {
        Some(own) => own.join(href).ok(),
        None => Url::parse(href).ok(),
    });
    let own = own.or_else(|| canonical.clone());
    let mut reading = Reading {
        title: around.title.take(),
        url: canonical.or_else(|| own.clone()),
        place: Some(around.page.unwrap_or(1)),
        ..Reading::default()
    };
    let mut folded = 0;
    let mut shown = 0;
    for &(element, is_question) in &around.posts {
        let parts = Parts::of(element);
        let Some(draft) = post(&parts, is_question, own.as_ref()) else { continue };
        shown += u32::from(!is_question);
        folded += u32::from(parts.folded);
        reading.title = reading.title.take().or_else(|| parts.title.clone());
        let post = draft.key.clone();
        reading.drafts.push(draft);
        reading.drafts.extend(parts.comments.iter().filter_map(|found| comment(*found, &post, own.as_ref())));
    }
    let comments = reading.drafts.iter().filter(|draft| matches!(draft.parent, Parent::Post(_))).count();
    let sum =
        around.answers.and_then(|answers| answers.checked_add(1)?.checked_add(u32::try_from(comments).ok()?));
    reading.declared = sum.filter(|_| folded == 0 && around.answers.is_some_and(|all| shown >= all));
    let next = around.next.and_then(|href| own.as_ref()?.join(href).ok()).map(|mut url| {
        url.set_fragment(None);
        url
    });
    reading.next.extend(next.map(Request::page));
    if folded > 0 {
        let words = format!(
            "under {folded} of the posts there may be more comments, which the page folds; press 'see more \
             comments' before saving it"
        );
        reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
    }
    keep_the_question(&mut reading);
    Ok(reading)
}

impl<'a> Around<'a> {
    /// Looks at an element; says whether to look inside.
    fn see(&mut self, element: ElementRef<'a>) -> bool {
        let value = element.value();
        let get = |name: &str| attribute(value, name);
        let is = |class: &str| has_class(value, class);
        if is("js-templates") || matches!(value.name(), "script" | "style" | "template" | "svg") {
            return false;
        }
        let question =
            is("js-question") || is("question") && (is("post") || get("id") == Some("question-table"));
        let answer = is("answer") && (is("post") || is_post_id(get("id")));
        if question || answer {
            self.posts.push((element, question));
            return false;
        }
        match value.name() {
            "link" if get("rel") == Some("canonical") => self.canonical = get("href"),
            // Older versions have the title above the question.
            "h1" if self.posts.is_empty() => {
                self.title = first(element, |inner| inner.name() == "a").map(text_of).or(self.title.take());
            }
            "h2" if get("id") == Some("questionCount") || is("answers-count") => {
                self.answers = number_in(&text_of(element)).or(self.answers);
            }
            "a" if get("rel") == Some("next") || is("next") => self.next = get("href").or(self.next),
            "span" | "b" if is("curr") || is("current") => {
                self.page = text_of(element).parse().ok().or(self.page);
            }
            "span" if is("next") => {
                let link = first(element, |inner| inner.name() == "a");
                self.next = link.and_then(|link| attribute(link.value(), "href")).or(self.next);
            }
            _ => {}
        }
        true
    }
}

impl<'a> Parts<'a> {
    fn of(post: ElementRef<'a>) -> Self {
        let own = attribute(post.value(), "data-post-id").filter(|id| is_number(id)).map(str::to_owned);
        let mut parts =
            Self { id: own.or_else(|| numbered(attribute(post.value(), "id")?)), ..Self::default() };
        walk(post, |element| {
            let value = element.value();
            let get = |name: &str| attribute(value, name);
            let is = |class: &str| has_class(value, class);
            if is("comment") {
                parts.comments.push(element);
                return false;
            }
            if matches!(value.name(), "script" | "form") {
                return false;
            }
            if is("post-body") && parts.body.is_none() {
                parts.body = Some(element);
                return false;
            }
            if value.name() == "h1" {
                parts.title = Some(text_of(element));
            }
            if is("vote-number") {
                parts.votes = text_of(element).parse().ok();
                parts.id = parts.id.take().or_else(|| numbered(get("id")?));
            }
            parts.folded |= is("js-load-comments-btn") && !is("hidden") && !is("d-none");
            true
        });
        parts
    }
}

fn post(parts: &Parts<'_>, is_question: bool, own: Option<&Url>) -> Option<Draft> {
    let id = parts.id.clone()?;
    let mut draft = Draft::new(id, if is_question { Parent::Opening } else { Parent::Root });
    draft.votes = parts.votes;
    let cards =
        parts.body.into_iter().flat_map(below).filter(|found| has_class(found.value(), "post-update-info"));
    for (index, card) in cards.enumerate() {
        // The first says who wrote, the second who changed; "wiki" posts name nobody.
        if index == 0 {
            draft.written_at = time_in(card);
            let named = first(card, |value| has_class(value, "user-info"))
                .and_then(|user| first(user, |value| value.name() == "a").map(text_of));
            draft.author = named.filter(|name| !name.is_empty());
        } else {
            draft.edited_at = draft.edited_at.max(time_in(card));
        }
    }
    draft.permalink = own.map(|own| {
        let mut url = own.clone();
        url.set_fragment((!is_question).then(|| format!("post-id-{}", draft.key)).as_deref());
        url.to_string()
    });
    if let Some(body) = parts.body {
        draft.body =
            body_with(body, &|element| match has_class(element.value(), "post-update-info-container")
                || has_class(element.value(), "post-update-info")
                || has_class(element.value(), "post-controls")
                || has_class(element.value(), "comments")
            {
                true => Treat::Skip,
                false => Treat::Normal,
            });
    }
    Some(draft)
}

fn comment(element: ElementRef<'_>, post: &str, own: Option<&Url>) -> Option<Draft> {
    let value = element.value();
    let id = attribute(value, "data-comment-id").filter(|id| is_number(id)).map(str::to_owned);
    let id = id.or_else(|| numbered(attribute(value, "id")?)).filter(|id| id != "0")?;
    let mut draft = Draft::new(id, Parent::Post(post.to_owned()));
    draft.author =
        first(element, |value| has_class(value, "author")).map(text_of).filter(|name| !name.is_empty());
    draft.written_at = time_in(element);
    let score = first(element, |value| has_class(value, "js-score") || has_class(value, "upvote"));
    draft.votes = score.and_then(|score| text_of(score).parse().ok());
    draft.permalink = own.map(|own| {
        let mut url = own.clone();
        url.set_fragment(Some(&format!("post-id-{}", draft.key)));
        url.to_string()
    });
    if let Some(body) = first(element, |value| has_class(value, "comment-body")) {
        draft.body = body_with(body, &|inner| {
            let is = |class: &str| has_class(inner.value(), class);
            let around =
                ["author", "age", "edit", "js-edit", "comment-controls", "convert-comment", "delete-icon"];
            if around.into_iter().any(is) { Treat::Skip } else { Treat::Normal }
        });
    }
    Some(draft)
}

/// The comments of one post as the server lists them.
fn comments_of(root: Value<'_>) -> Reading {
    let mut reading = Reading::default();
    let list = root.get("comments").unwrap_or(root);
    for item in list.items() {
        let text = |key: &str| item.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let Some(id) = item.get("id").and_then(Value::as_id) else { continue };
        let post = item.get("object_id").or_else(|| item.get("parent_id")).and_then(Value::as_id);
        let mut draft = Draft::new(id, post.map_or(Parent::Root, Parent::Post));
        draft.author = text("user_display_name").map(str::to_owned);
        draft.written_at = text("comment_added_at").and_then(stamp);
        draft.votes = item.get("score").and_then(Value::as_i64);
        draft.body = body_of_fragment(text("html").or_else(|| text("text")).unwrap_or_default());
        reading.drafts.push(draft);
    }
    reading.drafts.sort_by_key(|draft| draft.written_at);
    if reading.drafts.iter().any(|draft| draft.parent == Parent::Root) {
        keep_the_question(&mut reading);
    }
    reading
}

/// A page without the question keeps its place.
fn keep_the_question(reading: &mut Reading) {
    if !reading.drafts.is_empty() && reading.drafts.iter().all(|draft| draft.parent != Parent::Opening) {
        let mut stub = Draft::new("question", Parent::Opening);
        stub.native_id = String::new();
        stub.state = State::Missing;
        reading.drafts.insert(0, stub);
    }
}

fn time_in(element: ElementRef<'_>) -> Option<Time> {
    below(element).find_map(|found| {
        let value = found.value();
        let told = has_class(value, "timeago") || value.name() == "time";
        ["datetime", "title"].into_iter().filter(|_| told).find_map(|name| stamp(attribute(value, name)?))
    })
}

/// `2010-04-08 23:47:24 -0500`; what has no zone is not taken.
fn stamp(text: &str) -> Option<Time> {
    let text = text.trim();
    let zoned = text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    let joined = text.replacen(' ', "T", 1).replace(' ', "");
    zoned.then(|| Time::parse(&joined)).flatten()
}

fn is_post_id(id: Option<&str>) -> bool {
    id.and_then(|id| id.strip_prefix("post-id-")).is_some_and(is_number)
}

/// The number at the end of an id such as `question-vote-number-12`.
fn numbered(id: &str) -> Option<String> {
    id.rsplit('-').next().filter(|id| is_number(id)).map(str::to_owned)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number_in(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit()).find_map(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    #[test]
    fn a_list_of_comments_names_its_post() {
        let text = r#"[{"id":"8","object_id":"5","comment_added_at":"2012-05-03 10:00:00 -0500","user_display_name":"Bob","html":"<p>@AnnLee no</p>","score":1},{"id":"6","object_id":"5","comment_added_at":"2012-05-03 09:00:00 -0500","user_display_name":"Ann Lee","html":"<p>yes</p>","score":0}]"#;
        let document = Document::new(Page { text: text.into(), ..Page::default() }, None);
        assert_eq!(Askbot.recognise(&document), Recognition::Certain);
        let reading = Askbot.read(&document).unwrap();
        assert_eq!(reading.drafts[0].parent, Parent::Post("5".into()));
        assert_eq!(reading.drafts[0].written_at.unwrap().to_string(), "2012-05-03T14:00:00Z");
        assert_eq!(reading.drafts[1].parent, Parent::Mentioned("6".into()));
    }

    #[test]
    fn a_comment_of_an_older_version_has_its_byline_inside_its_words() {
        let text = r#"<script>askbot['data'] = {};</script><div class="post answer" id="post-id-5"><div class="vote-number" id="answer-vote-number-5">2</div><div class="post-body"><div class="post-update-info">x</div><p>Words.</p></div><div class="comment" id="comment-6"><div class="comment-body">So.<a class="author" href="/u/1">Ann</a><span class="age"> (<abbr class="timeago" title="2011-01-02 03:04:05 +0000">x</abbr>)</span></div></div></div>"#;
        let document = Document::new(Page { text: text.into(), ..Page::default() }, None);
        assert_eq!(Askbot.recognise(&document), Recognition::Certain);
        let reading = Askbot.read(&document).unwrap();
        assert_eq!(reading.drafts[0].state, State::Missing);
        assert_eq!(reading.drafts[1].body.text(), "Words.");
        assert_eq!(
            (reading.drafts[2].body.text(), reading.drafts[2].author.as_deref()),
            ("So.", Some("Ann"))
        );
    }
}

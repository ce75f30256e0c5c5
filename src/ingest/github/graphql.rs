//! Answers of the GraphQL API about a discussion, an issue or a pull request; pages carry such answers too.
//!
//! What an answer holds depends on what was asked for, so every field may be absent and lists stand as
//! `nodes` or as `edges`. Replies nest in what they answer.

use url::Url;

use super::{anchored, is_number, keep_the_opening, opening_key, string, words};
use crate::ingest::Reading;
use crate::ingest::html::body_of_fragment_with;
use crate::ingest::json::Value;
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, State, Time};

/// Lists in which people's words stand.
const LISTS: [&str; 7] = [
    "comments",
    "replies",
    "reviews",
    "reviewThreads",
    "timelineItems",
    "frontTimelineItems",
    "backTimelineItems",
];

/// The discussion, issue or pull request that an answer is about.
pub(super) fn subject(root: Value<'_>) -> Option<Value<'_>> {
    let data = root.get("data").unwrap_or(root);
    let places: [&[&str]; 9] = [
        &["repository", "discussion"],
        &["repository", "issue"],
        &["repository", "pullRequest"],
        &["repository", "issueOrPullRequest"],
        &["node"],
        &["discussion"],
        &["issue"],
        &["pullRequest"],
        &[],
    ];
    let mut found = places.iter().filter_map(|path| data.path(path));
    found.find(|value| {
        let lists = LISTS.iter().any(|name| value.get(name).is_some_and(|list| list.is_object()));
        value.is_object()
            && (lists
                || value.get("title").is_some()
                    && value.get("number").is_some()
                    && value.get("node_id").is_none())
    })
}

pub(super) fn read(subject: Value<'_>) -> Reading {
    let mut reading = Reading::default();
    let number = subject.get("number").and_then(Value::as_id);
    let opening = opening(subject, number.as_deref());
    let opened = opening.is_some();
    let opening_alone =
        subject.get("title").is_some() && LISTS.iter().all(|name| subject.get(name).is_none());
    reading.title = string(subject, "title").map(str::to_owned);
    reading.url = string(subject, "url").and_then(|url| Url::parse(url).ok());
    reading.drafts.extend(opening);
    let mut counted = Counted::default();
    let mut stack: Vec<(Value<'_>, Under)> = Vec::new();
    counted.push(subject, &Under::default(), &mut stack);
    while let Some((node, under)) = stack.pop() {
        let inner = match comment(node, &under) {
            Some(draft) => {
                let key = draft.key.clone();
                reading.drafts.push(draft);
                // In a thread of a review all answer its first comment, as the REST API has it.
                Under { parent: Some(key), thread: false }
            }
            None => {
                Under { parent: None, thread: node.get("comments").is_some() && node.get("body").is_none() }
            }
        };
        counted.push(node, &inner, &mut stack);
    }
    reading.declared = counted.declared.filter(|_| opened).and_then(|all| u32::try_from(all + 1).ok());
    if counted.cut {
        let words =
            "the answer holds only a part of some lists; ask for what follows `endCursor` and give both";
        reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
    }
    if opening_alone {
        let words = "the answer names the thread without its comments; ask for comments with their replies";
        reading.notices.push(Notice::new(NoticeKind::NoComments, words));
    }
    keep_the_opening(&mut reading, number.as_deref());
    reading
}

/// What stands above a node.
#[derive(Default, Clone)]
struct Under {
    /// The key of what it answers; `None` for the opening post.
    parent: Option<String>,
    /// Whether it is a thread of a review, in which all answer the first.
    thread: bool,
}

/// What the lists say about their length.
#[derive(Default)]
struct Counted {
    declared: Option<u64>,
    cut: bool,
}

impl Counted {
    /// Puts what stands in the lists of this node on the stack, the first on top.
    fn push<'j>(&mut self, of: Value<'j>, under: &Under, stack: &mut Vec<(Value<'j>, Under)>) {
        let from = stack.len();
        for name in LISTS {
            let Some(list) = of.get(name).filter(|list| list.is_object()) else { continue };
            let people = matches!(name, "comments" | "replies");
            let total =
                list.get("totalCount").and_then(Value::as_i64).and_then(|all| u64::try_from(all).ok());
            if let Some(total) = total.filter(|&total| people && total < 1 << 30) {
                self.declared = Some(self.declared.unwrap_or(0).saturating_add(total));
            }
            self.cut |= list.path(&["pageInfo", "hasNextPage"]).and_then(Value::as_bool) == Some(true);
            let mut first: Option<String> = None;
            for node in entries(list) {
                let mut place = Under { parent: under.parent.clone(), thread: false };
                if under.thread {
                    match &first {
                        Some(key) => place.parent = Some(key.clone()),
                        None => first = key_of(node).map(|(key, _)| key),
                    }
                }
                stack.push((node, place));
            }
        }
        if let Some(new) = stack.get_mut(from..) {
            new.reverse();
        }
    }
}

/// The entries of a list, whichever way it was asked for.
fn entries<'j>(list: Value<'j>) -> impl Iterator<Item = Value<'j>> {
    let nodes = list.get("nodes").into_iter().flat_map(Value::items);
    let edges = list.get("edges").into_iter().flat_map(Value::items).filter_map(|edge| edge.get("node"));
    nodes.chain(edges).filter(|node| node.is_object())
}

fn opening(subject: Value<'_>, number: Option<&str>) -> Option<Draft> {
    let says = ["body", "bodyHTML", "bodyText", "createdAt"].iter().any(|key| subject.get(key).is_some());
    if !says && subject.get("title").is_none() {
        return None;
    }
    let mut draft = draft(subject, opening_key(number.unwrap_or("?")), Parent::Opening);
    draft.native_id = number.unwrap_or_default().to_owned();
    if !["body", "bodyHTML", "bodyText"].iter().any(|key| subject.get(key).is_some()) {
        draft.state = State::Missing;
    }
    Some(draft)
}

/// A comment, reply or review with words; `None` for threads, events and silent reviews.
fn comment(node: Value<'_>, under: &Under) -> Option<Draft> {
    let (key, id) = key_of(node)?;
    let said = ["body", "bodyHTML", "bodyText"].iter().any(|name| node.get(name).is_some());
    if !said || node.get("title").is_some() {
        return None;
    }
    // Where replies nest, what they stand under says it all; `replyTo` may hold no more than a global id.
    let answered = || node.get("replyTo").and_then(key_of).map(|(key, _)| key);
    let parent = under.parent.clone().or_else(answered);
    let mut draft = draft(node, key, parent.map_or(Parent::Root, Parent::Post));
    draft.native_id = id;
    let silent = draft.body.text().is_empty();
    let is_review = draft.key.starts_with('v');
    let is = |name: &str| node.get(name).and_then(Value::as_bool) == Some(true);
    if silent && is_review {
        return None;
    }
    if node.get("deletedAt").is_some_and(|time| !time.is_null()) {
        draft.state = State::DeletedByAuthor;
        draft.body = Body::default();
    } else if silent && is("isMinimized") {
        draft.state = State::RemovedByModerator;
    }
    Some(draft)
}

/// The key and the native id: by the anchor of its address, else by its number, else by its global id.
fn key_of(node: Value<'_>) -> Option<(String, String)> {
    let by_address = || {
        let (_, anchor) = string(node, "url")?.rsplit_once('#')?;
        anchored(anchor)
    };
    let number =
        || node.get("databaseId").or_else(|| node.get("fullDatabaseId"))?.as_id().filter(|id| is_number(id));
    let kind = match string(node, "__typename") {
        Some("DiscussionComment") => 'd',
        Some("PullRequestReviewComment") => 'r',
        Some("PullRequestReview") => 'v',
        Some("IssueComment") => 'c',
        _ => 'g',
    };
    by_address()
        .or_else(|| number().map(|id| (format!("{kind}{id}"), id)))
        .or_else(|| node.get("id")?.as_id().map(|id| (format!("g{id}"), id)))
}

fn draft(node: Value<'_>, key: String, parent: Parent) -> Draft {
    let mut draft = Draft::new(key, parent);
    let time = |names: [&str; 2]| names.into_iter().find_map(|name| Time::parse(string(node, name)?));
    draft.author = node.path(&["author", "login"]).and_then(Value::as_str).map(str::to_owned);
    draft.written_at = time(["createdAt", "publishedAt"]).or_else(|| time(["submittedAt", "submittedAt"]));
    draft.edited_at = string(node, "lastEditedAt").and_then(Time::parse);
    draft.permalink = string(node, "url").map(str::to_owned);
    draft.votes = node.get("upvoteCount").and_then(Value::as_i64);
    draft.body = match (string(node, "body"), string(node, "bodyHTML"), string(node, "bodyText")) {
        (Some(source), _, _) => words::of_markdown(source),
        (None, Some(html), _) => body_of_fragment_with(html, &words::treat),
        (None, None, text) => Body::from_plain(text.unwrap_or_default()),
    };
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::json::Json;

    #[test]
    fn the_comments_of_a_review_thread_answer_its_first() {
        let text = r#"{"data":{"repository":{"pullRequest":{"number":5,"title":"T","body":"b","author":{"login":"ann"},"reviewThreads":{"nodes":[{"comments":{"nodes":[{"databaseId":1,"body":"x","url":"https://github.com/o/n/pull/5#discussion_r1"},{"databaseId":2,"body":"y","url":"https://github.com/o/n/pull/5#discussion_r2"}]}}]}}}}}"#;
        let json = Json::parse(text).unwrap();
        let reading = read(subject(json.root()).unwrap());
        let parents: Vec<&Parent> = reading.drafts.iter().map(|draft| &draft.parent).collect();
        assert_eq!(parents, [&Parent::Opening, &Parent::Root, &Parent::Post("r1".to_owned())]);
    }

    #[test]
    fn an_answer_of_the_rest_api_is_not_of_this_kind() {
        let json = Json::parse(r#"{"title":"T","number":5,"node_id":"x","comments":2}"#).unwrap();
        assert!(subject(json.root()).is_none());
    }
}

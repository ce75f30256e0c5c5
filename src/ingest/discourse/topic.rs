//! A topic as JSON: `/t/ID.json`, `posts.json` answers, and what pages carry in `#data-preloaded`.

use std::collections::HashSet;

use url::Url;

use super::{draft, keep_the_opening, string, words};
use crate::fetch::Request;
use crate::ingest::Reading;
use crate::ingest::json::Value;
use crate::thread::{Draft, Notice, NoticeKind, State, Time};

/// How many posts the server gives in one answer.
const PER_ANSWER: usize = 20;

/// Small actions: "closed this", "renamed", with a post number of their own and seldom with words.
const SMALL_ACTION: i64 = 3;
/// Words between members of the staff; not for readers.
const WHISPER: i64 = 4;

/// The posts of this answer, which came from `from`.
pub(super) fn read(root: Value<'_>, from: Option<&Url>) -> Reading {
    let listed = root.path(&["post_stream", "posts"]).or_else(|| root.get("posts"));
    let posts: Vec<Value<'_>> = match listed {
        Some(listed) => listed.items().collect(),
        None if root.get("post_number").is_some() => vec![root],
        None => Vec::new(),
    };
    let topic = posts.iter().find_map(|post| post.get("topic_id")?.as_id());
    let topic = topic.or_else(|| root.get("id")?.as_id());
    let mut reading = Reading {
        title: string(root, "title").or_else(|| string(root, "fancy_title")).map(str::to_owned),
        url: from.and_then(|from| address(from, root, topic.as_deref()?)),
        ..Reading::default()
    };
    let mut actions = 0usize;
    for post in &posts {
        match post.get("post_type").and_then(Value::as_i64) {
            Some(WHISPER) => actions += 1,
            Some(SMALL_ACTION) if says_nothing(*post) => actions += 1,
            _ => reading.drafts.extend(read_post(*post, topic.as_deref(), from)),
        }
    }
    reading.drafts.sort_by_key(|draft| draft.key.parse::<i64>().unwrap_or(i64::MAX));
    keep_the_opening(&mut reading);
    if actions > 0 {
        let text = format!("notes of the forum itself, such as \"closed\", are not read as posts: {actions}");
        reading.notices.push(Notice::new(NoticeKind::Guessed, text));
    }
    reading.declared = declared(root, actions);
    reading.next = rest(root, &posts, from, topic.as_deref());
    reading
}

fn says_nothing(post: Value<'_>) -> bool {
    string(post, "cooked").is_none_or(|cooked| cooked.trim().is_empty())
}

/// Posts of the topic; those that are only actions of the forum are counted by some versions.
fn declared(root: Value<'_>, actions: usize) -> Option<u32> {
    let count = usize::try_from(root.get("posts_count")?.as_i64()?).ok()?;
    let stream = root.path(&["post_stream", "stream"]).map_or(count, |stream| stream.items().count());
    let counted = if count >= stream { count.saturating_sub(actions) } else { count };
    u32::try_from(counted).ok()
}

fn read_post(post: Value<'_>, topic: Option<&str>, from: Option<&Url>) -> Option<Draft> {
    let number = post.get("post_number")?.as_i64()?;
    let reply_to = post.get("reply_to_post_number").and_then(Value::as_i64);
    let mut draft = draft(number, reply_to);
    draft.author = string(post, "username").filter(|name| !name.is_empty()).map(str::to_owned);
    draft.written_at = string(post, "created_at").and_then(Time::parse);
    let edited = post.get("version").and_then(Value::as_i64).is_some_and(|version| version > 1);
    draft.edited_at = string(post, "updated_at").filter(|_| edited).and_then(Time::parse);
    draft.votes = likes(post);
    draft.permalink = from.and_then(|from| {
        let slug = string(post, "topic_slug")?;
        Some(from.join(&format!("/t/{slug}/{}/{number}", topic?)).ok()?.into())
    });
    let is = |key: &str| post.get(key).and_then(Value::as_bool).unwrap_or(false);
    let deleted = post.get("deleted_at").is_some_and(|at| !at.is_null());
    draft.state = match (is("user_deleted"), is("hidden") || deleted) {
        (true, _) => State::DeletedByAuthor,
        (false, true) => State::RemovedByModerator,
        (false, false) => State::Present,
    };
    if draft.state == State::Present {
        draft.body = words(string(post, "cooked").unwrap_or_default(), topic);
    }
    Some(draft)
}

/// The likes, which is kind 2 of the actions that readers took.
fn likes(post: Value<'_>) -> Option<i64> {
    let mut actions = post.get("actions_summary")?.items();
    let likes = actions.find(|action| action.get("id").and_then(Value::as_i64) == Some(2))?;
    likes.get("count")?.as_i64()
}

fn address(from: &Url, root: Value<'_>, topic: &str) -> Option<Url> {
    match string(root, "slug") {
        Some(slug) => from.join(&format!("/t/{slug}/{topic}")).ok(),
        None => from.join(&format!("/t/{topic}")).ok(),
    }
}

/// Asks for the posts that the topic names and this answer does not hold.
fn rest(root: Value<'_>, posts: &[Value<'_>], from: Option<&Url>, topic: Option<&str>) -> Vec<Request> {
    let (Some(from), Some(topic)) = (from, topic) else { return Vec::new() };
    let Some(stream) = root.path(&["post_stream", "stream"]) else { return Vec::new() };
    let held: HashSet<i64> = posts.iter().filter_map(|post| post.get("id")?.as_i64()).collect();
    let missing: Vec<i64> =
        stream.items().filter_map(Value::as_i64).filter(|id| !held.contains(id)).collect();
    let ask = |ids: &[i64]| {
        let query: Vec<String> = ids.iter().map(|id| format!("post_ids[]={id}")).collect();
        let path = format!("/t/{topic}/posts.json?{}", query.join("&"));
        from.join(&path).ok().map(Request::json)
    };
    missing.chunks(PER_ANSWER).filter_map(ask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::json::Json;
    use crate::thread::Parent;

    fn topic() -> String {
        let stream: Vec<String> = (101..=145).map(|id| id.to_string()).collect();
        let post = |number: u32, kind: u32, more: &str| {
            format!(
                r#"{{"id":{},"post_number":{number},"post_type":{kind},"topic_id":9,"username":"u{number}","cooked":"<p>x</p>"{more}}}"#,
                100 + number
            )
        };
        let posts = [
            post(1, 1, ""),
            post(2, 1, r#","reply_to_post_number":null,"hidden":true"#),
            post(3, 3, "").replace("<p>x</p>", ""),
            post(4, 2, r#","reply_to_post_number":2,"actions_summary":[{"id":2,"count":5}]"#),
        ];
        format!(
            r#"{{"id":9,"title":"T","posts_count":45,"post_stream":{{"posts":[{}],"stream":[{}]}}}}"#,
            posts.join(","),
            stream.join(",")
        )
    }

    #[test]
    fn the_rest_of_the_stream_is_asked_for_in_twenties_on_the_same_server() {
        let text = topic();
        let json = Json::parse(&text).unwrap();
        let from = Url::parse("http://127.0.0.1:8080/t/a/9").unwrap();
        let reading = read(json.root(), Some(&from));
        assert_eq!(reading.next.len(), 3);
        assert!(
            reading.next[0]
                .url
                .as_str()
                .starts_with("http://127.0.0.1:8080/t/9/posts.json?post_ids[]=105&post_ids[]=106")
        );
        assert_eq!(reading.declared, Some(44));
        assert!(read(json.root(), None).next.is_empty());
    }

    #[test]
    fn posts_answer_the_topic_unless_they_say_otherwise() {
        let text = topic();
        let json = Json::parse(&text).unwrap();
        let drafts = read(json.root(), None).drafts;
        let parents: Vec<&Parent> = drafts.iter().map(|draft| &draft.parent).collect();
        assert_eq!(parents, [&Parent::Opening, &Parent::Root, &Parent::Post("2".into())]);
        assert_eq!((drafts[1].state, drafts[2].votes), (State::RemovedByModerator, Some(5)));
    }

    #[test]
    fn an_answer_from_the_middle_keeps_the_openings_place() {
        let json = Json::parse(r#"{"post_stream":{"posts":[{"id":8,"post_number":42,"cooked":"y"},{"id":7,"post_number":41,"cooked":"x"}]},"id":9}"#).unwrap();
        let drafts = read(json.root(), None).drafts;
        let keys: Vec<&str> = drafts.iter().map(|draft| draft.key.as_str()).collect();
        assert_eq!(keys, ["1", "41", "42"]);
        assert_eq!(drafts[0].state, State::Missing);
    }

    /// A server that answers `posts.json` with the posts that are asked for.
    struct Server;

    impl crate::fetch::Fetcher for Server {
        fn fetch(&self, request: &Request) -> crate::error::Result<crate::fetch::Page> {
            let ids = request.url.query_pairs().filter(|(key, _)| key == "post_ids[]");
            let ids: Vec<i64> = ids.filter_map(|(_, id)| id.parse().ok()).collect();
            assert!(ids.len() <= PER_ANSWER && !ids.is_empty());
            let post = |id: &i64| {
                format!(
                    r#"{{"id":{id},"post_number":{},"topic_id":9,"username":"u","cooked":"x"}}"#,
                    id - 100
                )
            };
            let posts: Vec<String> = ids.iter().map(post).collect();
            let text = format!(r#"{{"post_stream":{{"posts":[{}]}},"id":9}}"#, posts.join(","));
            let url = Some(request.url.clone());
            Ok(crate::fetch::Page { name: request.url.to_string(), url, text, ..Default::default() })
        }
    }

    #[test]
    fn the_whole_stream_is_followed() {
        let url = Url::parse("https://f.example/t/9.json").ok();
        let start = crate::fetch::Page { name: "start".into(), url, text: topic(), ..Default::default() };
        let limits = crate::ingest::Limits { pages: 20, posts: 1000 };
        let thread = crate::ingest::collect(vec![start], None, Some(&Server), &limits, &mut |_| {}).unwrap();
        assert_eq!(thread.read(), 44);
    }
}

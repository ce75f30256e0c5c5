//! Whole threads read by the program from servers on this machine: every page of each platform, and what a
//! server can do wrong on the way.

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::server::{Asked, Reply, Server};

fn fixture(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

fn rejoinder(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    let output =
        command.args(args).args(["-q", "--wait", "0", "--max-time", "30", "--no-cache"]).stdin(Stdio::null());
    output.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The thread that the program reads from this address.
fn thread(address: &str) -> Value {
    let output = rejoinder(&["thread", address, "--format", "json", "--allow-private"]);
    assert!(output.status.success(), "{address}: {}", said(&output));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    json["thread"].clone()
}

/// What the program says when it cannot read this address.
fn failure(address: &str, args: &[&str]) -> String {
    let output = rejoinder(&[&["thread", address, "--format", "json"], args].concat());
    assert_eq!(output.status.code(), Some(1), "{address} was read");
    assert!(output.stdout.is_empty());
    said(&output)
}

fn ids(thread: &Value) -> Vec<&str> {
    thread["posts"].as_array().unwrap().iter().map(|post| post["native_id"].as_str().unwrap()).collect()
}

fn notices(thread: &Value) -> String {
    thread["notices"].to_string()
}

/// A server whose answers are told by the start of the path.
fn server(pages: Vec<(&'static str, Reply)>) -> Server {
    Server::start(move |asked| {
        let found = pages.iter().find(|(start, _)| asked.path.starts_with(start));
        found.map_or_else(Reply::not_found, |(_, reply)| reply.clone())
    })
}

#[test]
fn hacker_news_is_read_to_its_last_page_in_either_markup() {
    let pages =
        |folder: &str, page: &str| Reply::html(&fixture(&format!("hacker_news/{folder}/{page}.html")));
    let today = Server::with_pages(&[
        ("/item?id=41000001", pages("today", "page1")),
        ("/item?id=41000001&p=2", pages("today", "page2")),
    ]);
    let found = thread(&today.url("/item?id=41000001"));
    assert_eq!(ids(&found).len(), 10);
    assert_eq!(found["declared"], 10);
    let old = Server::with_pages(&[
        ("/item?id=6000001", pages("pages_of_2013", "page1")),
        ("/x?fnid=AbCdEf123", pages("pages_of_2013", "page2")),
    ]);
    let found = thread(&old.url("/item?id=6000001"));
    assert_eq!((ids(&found).len(), ids(&found)[0]), (7, "6000001"));
    assert_eq!(found["posts"][0]["text"], "http://slow.example/trains");
}

#[test]
fn hacker_news_items_are_followed_to_their_replies_and_a_lost_one_is_noticed() {
    let item = |number: u32| Reply::json(&fixture(&format!("hacker_news/firebase/{number}.json")));
    let firebase = server(vec![
        ("/v0/item/500.json", item(500)),
        ("/v0/item/501.json", item(501)),
        ("/v0/item/502.json", item(502)),
        ("/v0/item/503.json", item(503)),
        ("/v0/item/504.json", item(504)),
    ]);
    let found = thread(&firebase.url("/v0/item/500.json"));
    assert_eq!(ids(&found), ["500", "501", "502", "503", "504"]);
    assert!(notices(&found).contains("505.json"), "{}", notices(&found));
    let tree = server(vec![("/api/v1/items/500", Reply::json(&fixture("hacker_news/algolia.json")))]);
    assert_eq!(ids(&thread(&tree.url("/api/v1/items/500"))).len(), 5);
}

fn lemmy_comments(ids: std::ops::Range<u32>) -> String {
    let one = |id| {
        format!(
            r#"{{"comment":{{"id":{id},"post_id":9,"content":"words number {id}","published":"2024-01-01T00:00:00Z","ap_id":"https://l.example/comment/{id}","path":"0.{id}"}},"creator":{{"id":1,"name":"ann","actor_id":"https://l.example/u/ann"}},"post":{{"id":9,"name":"T"}},"counts":{{"score":1}}}}"#
        )
    };
    format!(r#"{{"comments":[{}]}}"#, ids.map(one).collect::<Vec<_>>().join(","))
}

const LEMMY_POST: &str = r#"{"post_view":{"post":{"id":9,"name":"T","body":"Is it so?","published":"2024-01-01T00:00:00Z","ap_id":"https://l.example/post/9"},"creator":{"id":1,"name":"ann","actor_id":"https://l.example/u/ann"},"counts":{"comments":120,"score":1}}}"#;

/// Answers the comment list of Lemmy, page by page, with this many comments in all.
fn lemmy(asked: &Asked, comments: u32, same_again: bool) -> Reply {
    if asked.path.starts_with("/api/v3/post") {
        return Reply::json(LEMMY_POST);
    }
    let number = |key: &str| {
        let after = asked.path.split(['?', '&']).find_map(|pair| pair.strip_prefix(key));
        after.and_then(|value| value.parse::<u32>().ok())
    };
    if !asked.path.starts_with("/api/v3/comment/list") {
        return Reply::not_found();
    }
    let limit = number("limit=").unwrap_or(10).min(50);
    let page = if same_again { 0 } else { number("page=").unwrap_or(1) - 1 };
    let from = (page * limit).min(comments);
    Reply::json(&lemmy_comments(100 + from..100 + (from + limit).min(comments)))
}

#[test]
fn lemmy_lists_are_read_until_nothing_is_new() {
    let honest = Server::start(|asked| lemmy(asked, 120, false));
    let found = thread(&honest.url("/api/v3/post?id=9"));
    assert_eq!((ids(&found).len(), notices(&found).as_str()), (121, "[]"));
    let stuck = Server::start(|asked| lemmy(asked, 120, true));
    let found = thread(&stuck.url("/api/v3/post?id=9"));
    assert!(ids(&found).len() > 10 && stuck.paths().len() < 10, "{:?}", stuck.paths());
    assert!(notices(&found).contains("truncated"), "{}", notices(&found));
}

#[test]
fn reddit_stubs_are_asked_for_and_a_page_of_new_reddit_says_what_it_lacks() {
    let part = |name: &str| Reply::json(&fixture(&format!("reddit/thread-in-parts/{name}.json")));
    let whole = server(vec![
        ("/r/Kettles/comments/9tea01/t/.json", part("1-thread")),
        ("/api/morechildren", part("2-morechildren")),
        ("/comments/9tea01/_/ka2", part("3-continued")),
    ]);
    let found = thread(&whole.url("/r/Kettles/comments/9tea01/t/.json"));
    assert_eq!(ids(&found).len(), 9, "{}", notices(&found));
    let old = server(vec![
        ("/r/Kettles", Reply::html(&fixture("reddit/old.html"))),
        ("/api/morechildren", part("2-morechildren")),
    ]);
    assert!(ids(&thread(&old.url("/r/Kettles/comments/9tea01/t/"))).contains(&"ka7"));
    let new = server(vec![("/r/Kettles", Reply::html(&fixture("reddit/new.html")))]);
    let found = thread(&new.url("/r/Kettles/comments/9tea01/t/"));
    assert!(ids(&found).len() == 1 && notices(&found).contains("old.reddit.com"), "{}", notices(&found));
}

#[test]
fn discourse_is_read_to_its_last_post_as_page_and_as_json() {
    let page = |name: &str| Reply::html(&fixture(&format!("discourse/crawler-pages/{name}.html")));
    let pages = Server::with_pages(&[
        ("/t/move-the-meeting/88", page("1")),
        ("/t/move-the-meeting/88?page=2", page("2")),
    ]);
    assert_eq!(ids(&thread(&pages.url("/t/move-the-meeting/88"))), ["1", "2", "3", "4", "6"]);
    let json = server(vec![
        ("/t/move-the-meeting/88.json", Reply::json(&fixture("discourse/answers/1-topic.json"))),
        ("/t/88/posts.json?post_ids", Reply::json(&fixture("discourse/answers/2-posts.json"))),
    ]);
    assert_eq!(ids(&thread(&json.url("/t/move-the-meeting/88.json"))), ["1", "2", "3", "4", "5", "6"]);
}

#[test]
fn a_connection_lost_on_the_second_page_costs_that_page_and_is_noticed() {
    let first = fixture("hacker_news/today/page1.html");
    let broken: Vec<Reply> = vec![
        Reply::cut("<html><head>"),
        Reply::nothing(),
        Reply::json("[1"),
        Reply::html(""),
        Reply::html("<p>Sorry."),
        Reply::new(503, "busy"),
        Reply::redirect("http://169.254.169.254/latest/meta-data"),
    ];
    for second in broken {
        let shown = format!("{second:?}");
        let pages = Server::with_pages(&[
            ("/item?id=41000001", Reply::html(&first)),
            ("/item?id=41000001&p=2", second),
        ]);
        let found = thread(&pages.url("/item?id=41000001"));
        assert!(ids(&found).len() >= 6 && notices(&found).contains("a further page"), "{shown}: {found}");
    }
}

#[test]
fn saved_answers_give_the_same_thread_without_a_request() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved");
    let saved = saved.to_str().unwrap();
    let pages = Server::with_pages(&[
        ("/item?id=41000001", Reply::html(&fixture("hacker_news/today/page1.html"))),
        ("/item?id=41000001&p=2", Reply::html(&fixture("hacker_news/today/page2.html"))),
    ]);
    let address = pages.url("/item?id=41000001");
    let first = rejoinder(&["map", &address, "--format", "json", "--allow-private", "--save", saved]);
    assert!(first.status.success(), "{}", said(&first));
    let requests = pages.paths().len();
    let second = rejoinder(&["map", saved, "--format", "json"]);
    assert!(second.status.success(), "{}", said(&second));
    assert_eq!(String::from_utf8_lossy(&first.stdout), String::from_utf8_lossy(&second.stdout));
    assert_eq!(pages.paths().len(), requests);
}

#[test]
fn private_addresses_are_refused_however_they_are_written() {
    let server = Server::with_pages(&[("/t", Reply::html(&fixture("hacker_news/comment_page.html")))]);
    let port = server.port();
    for host in
        ["localhost", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0x7f000001", "2130706433", "localhost."]
    {
        let why = failure(&format!("http://{host}:{port}/t"), &[]);
        assert!(why.contains("--allow-private"), "{host}: {why}");
    }
    assert!(server.paths().is_empty(), "{:?}", server.paths());
    for host in ["0", "169.254.169.254", "[::ffff:169.254.169.254]", "0xa9fea9fe"] {
        failure(&format!("http://{host}/latest/meta-data"), &["--allow-private", "--timeout", "2"]);
    }
}

#[test]
fn walls_are_named_whatever_their_status() {
    for (wall, status, word) in [
        ("login", 200, "--cookies"),
        ("login", 401, "--cookies"),
        ("login", 403, "--cookies"),
        ("challenge", 403, "challenge"),
        ("challenge", 503, "(cloudflare)"),
        ("bot_check", 200, "challenge"),
        ("bot_check", 403, "(anubis)"),
        ("script_shell", 200, "script"),
        ("rate_limit", 429, "asked too often"),
        ("not_found", 404, "no such thread"),
        ("banned", 403, "banned"),
        ("database_error", 500, "database"),
        ("database_error", 503, "database"),
        ("age_gate", 403, "old enough"),
        ("consent", 200, "consent"),
    ] {
        let page = fixture(&format!("walls/{wall}.html"));
        let server =
            server(vec![("/t", Reply::new(status, page).with("Content-Type", "text/html; charset=utf-8"))]);
        let why = failure(&server.url("/t/1"), &["--allow-private"]);
        assert!(why.to_lowercase().contains(word), "{wall} {status}: {why}");
    }
}

#[test]
fn robots_that_say_no_are_obeyed_and_the_way_round_is_named() {
    let server = server(vec![
        ("/robots.txt", Reply::text("User-agent: *\nDisallow: /")),
        ("/api", Reply::json(&fixture("hacker_news/algolia.json"))),
    ]);
    assert!(failure(&server.url("/api/1"), &["--allow-private"]).contains("--ignore-robots"));
    let found = rejoinder(&["thread", &server.url("/api/1"), "--allow-private", "--ignore-robots"]);
    assert!(found.status.success(), "{}", said(&found));
}

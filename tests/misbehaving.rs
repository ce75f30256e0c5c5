//! Whole threads read by the program from servers that misbehave on the way: each ends in a complete thread, or
//! in what could be read with a notice of what is missing, within the limits that were given.

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use support::packing::packings;
use support::server::{Asked, Reply, Server};

/// Comments on each page of the thread.
const PER_PAGE: u32 = 50;

/// The command that reads this address with these arguments.
fn command(address: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    command.args([
        "thread",
        address,
        "--format",
        "json",
        "--allow-private",
        "--ignore-robots",
        "--wait",
        "0",
    ]);
    command.args(args).stdin(Stdio::null());
    command
}

fn run(address: &str, args: &[&str]) -> Output {
    command(address, &[args, &["--no-cache"]].concat()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn thread_of(output: &Output) -> Value {
    assert!(output.status.success(), "{}", said(output));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    json["thread"].clone()
}

/// How many posts were read, each once, and what the notices say.
fn read(thread: &Value) -> (usize, String) {
    let mut ids: Vec<&str> =
        thread["posts"].as_array().unwrap().iter().map(|post| post["native_id"].as_str().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "a post stands twice");
    (count, thread["notices"].to_string())
}

/// A Lemmy post with this many comments, as its interface answers for it.
fn post(declared: u32) -> Reply {
    let creator = json!({"id": 1, "name": "ann", "actor_id": "https://l.example/u/ann"});
    let post = json!({"id": 9, "name": "T", "body": "Is it so?", "published": "2024-01-01T00:00:00Z",
                      "ap_id": "https://l.example/post/9"});
    let counts = json!({"comments": declared, "score": 1});
    let view = json!({"post_view": {"post": post, "creator": creator, "counts": counts}});
    Reply::json(&view.to_string())
}

/// The comments with these numbers as the interface answers for them.
fn comments(numbers: impl Iterator<Item = u32>) -> Reply {
    let one = |id: u32| {
        json!({"comment": {"id": id, "post_id": 9, "content": format!("words number {id}"),
                           "published": "2024-01-01T00:00:00Z", "path": format!("0.{id}"),
                           "ap_id": format!("https://l.example/comment/{id}")},
               "creator": {"id": 1, "name": "ann", "actor_id": "https://l.example/u/ann"},
               "post": {"id": 9, "name": "T"}, "counts": {"score": 1}})
    };
    let list: Vec<Value> = numbers.map(one).collect();
    Reply::json(&json!({"comments": list}).to_string())
}

/// The number of the page of comments that is asked for; `None` for the post itself.
fn page(asked: &Asked) -> Option<u32> {
    let list = asked.path.strip_prefix("/api/v3/comment/list")?;
    let number = list.split(['?', '&']).find_map(|pair| pair.strip_prefix("page="));
    Some(number.and_then(|number| number.parse().ok()).unwrap_or(1))
}

/// Comments `from..all` of this page.
fn numbers(page: u32, all: u32) -> impl Iterator<Item = u32> {
    let from = (page - 1).saturating_mul(PER_PAGE).min(all);
    (from..from.saturating_add(PER_PAGE).min(all)).map(|number| number + 100)
}

/// A thread of 120 comments on three pages, with this reply in place of the second.
fn broken_second_page(second: Reply) -> Server {
    Server::start(move |asked| match page(asked) {
        None => post(120),
        Some(2) => second.clone(),
        Some(page) => comments(numbers(page, 120)),
    })
}

const THREAD: &str = "/api/v3/post?id=9";

#[test]
fn pages_without_end_stop_at_the_limits_and_say_so() {
    let server = Server::start(|asked| match page(asked) {
        None => post(120),
        Some(page) => comments(numbers(page, u32::MAX)),
    });
    for (args, posts, asked) in
        [(["--max-pages", "5"], 1 + 4 * PER_PAGE as usize, 5), (["--max-posts", "130"], 130, 4)]
    {
        let before = server.paths().len();
        let (count, notices) = read(&thread_of(&run(&server.url(THREAD), &args)));
        assert_eq!((count, server.paths().len() - before), (posts, asked), "{args:?}");
        assert!(notices.contains("limit"), "{notices}");
    }
}

#[test]
fn pages_that_shift_while_they_are_read_give_each_post_once_and_what_is_lost_is_noticed() {
    for (shift, lost) in [(-3i64, 0), (3, 3)] {
        let server = Server::start(move |asked| match page(asked) {
            None => post(120),
            Some(1) => comments(numbers(1, 120)),
            Some(page) => {
                let from = i64::from((page - 1) * PER_PAGE) + shift;
                let from = u32::try_from(from).unwrap().min(120);
                comments((from..(from + PER_PAGE).min(120)).map(|number| number + 100))
            }
        });
        let (count, notices) = read(&thread_of(&run(&server.url(THREAD), &[])));
        assert_eq!(count, 121 - lost, "{notices}");
        assert_eq!(notices.contains("truncated"), lost > 0, "{notices}");
        assert!(server.paths().len() < 10, "{:?}", server.paths());
    }
}

#[test]
fn a_last_page_that_is_given_for_every_later_one_ends_the_thread() {
    let server = Server::start(|asked| match page(asked) {
        None => post(150),
        Some(page @ 1..=3) => comments(numbers(page, 150)),
        Some(_) => Reply::redirect("/api/v3/comment/list?post_id=9&page=3"),
    });
    let (count, notices) = read(&thread_of(&run(&server.url(THREAD), &[])));
    assert_eq!((count, notices.as_str()), (151, "[]"));
    assert!(server.paths().len() < 10, "{:?}", server.paths());
}

#[test]
fn trouble_on_a_later_page_costs_that_page_and_is_named() {
    let words = "spam ".repeat(1 << 20);
    let mut broken = vec![
        (Reply::endless(" ", Duration::from_millis(20)), "--timeout"),
        (Reply::silence(), "--timeout"),
        (Reply::endless(&words, Duration::ZERO), "--max-bytes"),
        (Reply::cut("{"), "broke off"),
        (Reply::nothing(), "broke off"),
        (Reply::new(503, "busy"), "503"),
        (Reply::redirect("?page=2"), "circle"),
        (Reply::redirect("http://169.254.169.254/latest/meta-data"), "169.254.169.254"),
        (Reply::new(403, fixture("walls/challenge.html")).with("Content-Type", "text/html"), "(Cloudflare)"),
        (Reply::html(&fixture("walls/login.html")), "login"),
    ];
    for (encoding, packed) in packings(&vec![b' '; 32 << 20]) {
        let bomb = Reply::new(200, packed).with("Content-Encoding", encoding);
        broken.push((bomb.with("Content-Type", "application/json"), "--max-bytes"));
    }
    thread::scope(|scope| {
        for (second, word) in broken {
            scope.spawn(move || {
                let shown = format!("{second:.60?}");
                let server = broken_second_page(second);
                let args = ["--max-bytes", "4000000", "--timeout", "3"];
                let (count, notices) = read(&thread_of(&run(&server.url(THREAD), &args)));
                assert_eq!(count, 1 + PER_PAGE as usize, "{shown}: {notices}");
                assert!(notices.contains(word), "{shown}: {notices}");
                assert!(notices.contains("declares 120 comments, 50 were read"), "{shown}: {notices}");
            });
        }
    });
}

fn fixture(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

#[test]
fn a_server_that_recovers_gives_the_whole_thread() {
    for bad in [Reply::new(503, "busy").with("Retry-After", "0"), Reply::new(429, ""), Reply::cut("{")] {
        let server = Server::start(move |asked| match (page(asked), asked.before) {
            (Some(2), 0) => bad.clone(),
            (None, _) => post(120),
            (Some(page), _) => comments(numbers(page, 120)),
        });
        let (count, notices) = read(&thread_of(&run(&server.url(THREAD), &[])));
        assert_eq!((count, notices.as_str()), (121, "[]"));
    }
}

#[test]
fn a_thread_for_members_is_read_with_their_cookies_and_without_the_way_is_named() {
    let server = Server::start(|asked| match (asked.header("cookie"), page(asked)) {
        (None, _) => Reply::new(403, r#"{"error":"not_logged_in"}"#).with("Content-Type", "application/json"),
        (_, None) => post(60),
        (_, Some(page)) => comments(numbers(page, 60)),
    });
    let output = run(&server.url(THREAD), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("login") && said(&output).contains("--cookies"), "{}", said(&output));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cookies.txt");
    fs::write(&file, "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tabc\n").unwrap();
    let (count, notices) =
        read(&thread_of(&run(&server.url(THREAD), &["--cookies", file.to_str().unwrap()])));
    assert_eq!((count, notices.as_str()), (61, "[]"));
}

#[test]
fn a_reading_that_is_killed_goes_on_without_asking_twice() {
    let server = Server::start(|asked| match (page(asked), asked.before) {
        (Some(3), 0) => Reply::silence(),
        (None, _) => post(120).with("Cache-Control", "no-store"),
        (Some(page), _) => comments(numbers(page, 120)).with("Cache-Control", "no-store"),
    });
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let cache = ["--cache-dir", kept.to_str().unwrap()];
    let mut child = command(&server.url(THREAD), &cache).stdout(Stdio::null()).spawn().unwrap();
    while !server.asked().iter().any(|asked| page(asked) == Some(3)) {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = server.paths();

    let output = command(&server.url(THREAD), &cache).output().unwrap();
    let (count, notices) = read(&thread_of(&output));
    assert_eq!((count, notices.as_str()), (121, "[]"));
    assert!(said(&output).contains("going on with a reading that broke off"), "{}", said(&output));
    let paths = server.paths();
    let twice: Vec<&String> = paths[before.len()..].iter().filter(|path| before.contains(path)).collect();
    assert!(matches!(twice.as_slice(), [path] if path.contains("page=3")), "{twice:?}");
    assert!(!kept.join("unfinished").read_dir().unwrap().any(|_| true), "a complete reading leaves no page");
}

#[test]
fn people_who_wait_are_told_pages_posts_host_and_pause() {
    let server = Server::start(|asked| match (page(asked), asked.before) {
        (Some(2), 0) => Reply::new(503, "busy").with("Retry-After", "3"),
        (None, _) => post(120),
        (Some(page), _) => comments(numbers(page, 120)),
    });
    let output = run(&server.url(THREAD), &[]);
    assert_eq!(read(&thread_of(&output)).0, 121);
    let words = "read 2 pages, 51 of 121 posts; waiting 3.0 s for 127.0.0.1 (Retry-After)";
    assert!(said(&output).contains(words), "{}", said(&output));
}

/// Posts on each page of a forum's topic.
const PER_TOPIC_PAGE: u32 = 10;

/// A page of a phpBB topic that declares 35 posts: these posts, and where its next and previous links lead.
fn topic(posts: impl IntoIterator<Item = u32>, next: Option<u32>, previous: Option<u32>) -> Reply {
    let link = |start: Option<u32>, name: &str, rel: &str| match start {
        Some(start) => format!(
            r#"<li class="arrow {name}"><a rel="{rel}" href="/topic?t=5&amp;start={start}">x</a></li>"#
        ),
        None => String::new(),
    };
    let post = |id: u32| {
        format!(
            r#"<div id="p{id}" class="post"><div class="postbody"><p class="author"><a class="username">ann</a>
            <time datetime="2024-02-24T18:41:02+00:00">x</time></p><div class="content">words {id}</div></div></div>"#
        )
    };
    Reply::html(&format!(
        r#"<html><body id="phpbb"><h2 class="topic-title">T</h2><div class="pagination">35 posts <ul>{}{}</ul></div>{}</body></html>"#,
        link(previous, "previous", "prev"),
        link(next, "next", "next"),
        posts.into_iter().map(post).collect::<String>(),
    ))
}

/// Where the page that is asked for starts.
fn start(asked: &Asked) -> u32 {
    asked.path.rsplit_once("start=").and_then(|(_, start)| start.parse().ok()).unwrap_or(0)
}

/// The posts of this page of the topic.
fn topic_posts(start: u32) -> std::ops::Range<u32> {
    start + 1..(start + 1 + PER_TOPIC_PAGE).min(36)
}

fn before(start: u32) -> Option<u32> {
    start.checked_sub(PER_TOPIC_PAGE)
}

fn after(start: u32) -> Option<u32> {
    Some(start + PER_TOPIC_PAGE).filter(|start| *start < 35)
}

#[test]
fn forum_pages_that_repeat_shift_or_never_end_give_each_post_once() {
    type Site = fn(u32) -> Reply;
    let sites: [(&str, Site); 5] = [
        ("the first post stands on each page", |start| {
            let rest = topic_posts(start).filter(|id| *id != 1);
            topic(std::iter::once(1).chain(rest), after(start), before(start))
        }),
        ("the last page is filled up with posts before it", |start| {
            topic(topic_posts(start.min(25)), after(start), before(start))
        }),
        ("the last page comes again for every later one", |start| {
            topic(topic_posts(start.min(30)), Some(start + PER_TOPIC_PAGE), before(start))
        }),
        ("a later page leads to the last", |start| match start {
            0..=30 => topic(topic_posts(start), Some(start + PER_TOPIC_PAGE), before(start)),
            _ => Reply::redirect("/topic?t=5&start=30"),
        }),
        ("the last page leads to the first", |start| {
            topic(topic_posts(start), after(start).or(Some(0)), before(start))
        }),
    ];
    for (what, site) in sites {
        let server = Server::start(move |asked| site(start(asked)));
        for from in ["/topic?t=5", "/topic?t=5&start=20"] {
            let thread = thread_of(&run(&server.url(from), &[]));
            let (count, notices) = read(&thread);
            assert_eq!(count, 35, "{what}: {notices}");
            assert_eq!(thread["posts"][0]["native_id"], "1", "{what}");
            assert!(!notices.contains("truncated"), "{what}: {notices}");
        }
        assert!(server.paths().len() < 16, "{what}: {:?}", server.paths());
    }
}

#[test]
fn a_topic_that_grows_while_it_is_read_ends_at_the_limit_of_pages() {
    let server = Server::start(|asked| {
        let start = start(asked);
        topic(start + 1..start + 11, Some(start + PER_TOPIC_PAGE), before(start))
    });
    let (count, notices) = read(&thread_of(&run(&server.url("/topic?t=5"), &["--max-pages", "7"])));
    assert_eq!(count, 70, "{notices}");
    assert!(notices.contains("the limit of 7 pages was reached"), "{notices}");
}

#[test]
fn a_topic_whose_pages_all_lead_to_the_first_says_what_is_missing() {
    let server = Server::start(|asked| match start(asked) {
        0 => topic(topic_posts(0), Some(10), None),
        _ => Reply::redirect("/topic?t=5"),
    });
    let (count, notices) = read(&thread_of(&run(&server.url("/topic?t=5"), &[])));
    assert_eq!(count, 10);
    assert!(notices.contains("declares 34 comments, 9 were read"), "{notices}");
}

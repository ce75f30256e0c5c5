//! The generic reader with all other readers switched off: what it makes of captured forum pages, compared
//! post by post with what their own readers make of them; and pages without a thread, which it refuses.
//!
//! The captures are not part of the project; where they are absent the comparison is left out.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use rejoinder::error::Result;
use rejoinder::fetch::{Media, Page};
use rejoinder::ingest::{Limits, PLATFORMS, Platform, collect, collect_with};
use rejoinder::thread::{State, Thread};
use serde_json::Value;

/// Folders of captures that are pages of forums and their like.
const FORUMS: &[&str] = &[
    "bbpress",
    "discourse",
    "flarum",
    "fluxbb",
    "invision",
    "mybb",
    "nodebb",
    "phpbb3",
    "schema-microdata",
    "smf",
    "somethingawful",
    "vanilla",
    "vbulletin3",
    "vbulletin4",
    "vbulletin5",
    "wordpress",
    "xenforo1",
    "xenforo2",
];

/// Pages whose posts were taken out when they were captured.
const EMPTY: &[&str] = &["shell-esk8-3275.html"];

/// Share of the pages that must be right.
const ENOUGH: f64 = 0.8;

/// Share of a post's words that must be the same.
const SAME: f64 = 0.9;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page(path: &Path) -> Page {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Page { name, media: Media::Html, text, ..Page::default() }
}

fn generic() -> &'static dyn Platform {
    PLATFORMS.iter().copied().find(|platform| platform.name() == "generic").unwrap()
}

const LIMITS: Limits = Limits { pages: 100, posts: 1_000_000 };

fn guessed(path: &Path) -> Result<Thread> {
    collect_with(&[generic()], vec![page(path)], None, None, &LIMITS, &mut |_| {})
}

/// The words of a post, each with how often it stands there.
fn words(text: &str) -> HashMap<String, usize> {
    let mut words = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *words.entry(word.to_lowercase()).or_default() += 1;
    }
    words
}

/// How many words two texts share, of all that stand in either: 0 to 1.
fn overlap(one: &str, other: &str) -> f64 {
    let (one, other) = (words(one), words(other));
    let all: usize = one.values().chain(other.values()).sum();
    if all == 0 {
        return 1.0;
    }
    let shared: usize = one.iter().map(|(word, n)| n.min(other.get(word).unwrap_or(&0))).sum();
    2.0 * shared as f64 / all as f64
}

/// What one page came to.
struct Compared {
    is_right: bool,
    line: String,
}

fn compare(path: &Path, expected: Option<u64>) -> Compared {
    let own = collect(vec![page(path)], None, None, &LIMITS, &mut |_| {}).ok();
    let own = own.filter(|thread| thread.platform != "generic");
    let read = match guessed(path) {
        Ok(read) => read,
        Err(error) => return Compared { is_right: false, line: format!("expected {expected:?}, {error}") },
    };
    let said = |thread: &Thread| -> Vec<usize> {
        let posts = thread.posts().iter().enumerate();
        posts.filter(|(_, post)| post.state != State::Missing).map(|(at, _)| at).collect()
    };
    let expected = own.as_ref().map(|own| own.read() as u64).or(expected);
    let count = read.read() as u64;
    let mut line = format!("expected {expected:?}, read {count}");
    let mut is_right = expected == Some(count);
    if let Some(own) = &own {
        let (mut texts, mut names, mut times, mut parents, mut worst) = (0, 0, 0, 0, None);
        for (&a, &b) in said(own).iter().zip(&said(&read)) {
            let (theirs, ours) = (&own.posts()[a], &read.posts()[b]);
            let same = overlap(theirs.text(), ours.text()) >= SAME;
            texts += usize::from(same);
            names += usize::from(own.author_of(theirs.id) == read.author_of(ours.id));
            times += usize::from(theirs.written_at == ours.written_at);
            let of = |thread: &Thread, at: usize| {
                thread.posts()[at].reply_to.map(|reply| thread.post(reply.post).text().to_owned())
            };
            parents += usize::from(match (of(own, a), of(&read, b)) {
                (Some(one), Some(other)) => overlap(&one, &other) >= SAME,
                (one, other) => one.is_none() == other.is_none(),
            });
            if !same && worst.is_none() {
                worst = Some((theirs.text().to_owned(), ours.text().to_owned()));
            }
            if std::env::var_os("SHOW").is_some() {
                println!(
                    "    {:?} {:?} {:?} | {:?} {:?} {:?} {:.40?}",
                    own.author_of(theirs.id),
                    theirs.written_at.map(|t| t.to_string()),
                    theirs.native_id,
                    read.author_of(ours.id),
                    ours.written_at.map(|t| t.to_string()),
                    ours.native_id,
                    ours.text()
                );
            }
        }
        line.push_str(&format!(
            " ({}: texts {texts}, names {names}, times {times}, parents {parents})",
            own.platform
        ));
        is_right &= texts as u64 == count;
        if let Some((theirs, ours)) = worst.filter(|_| std::env::var_os("SHOW").is_some()) {
            line.push_str(&format!("\n--- theirs\n{theirs:.600}\n--- ours\n{ours:.600}\n---"));
        }
    }
    Compared { is_right, line }
}

#[test]
fn most_captured_forum_pages_are_read_without_their_own_readers() {
    let shared = std::env::var_os("REJOINDER_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let threads = shared.join("threads");
    if !threads.is_dir() {
        println!("left out: no captures at {}", threads.display());
        return;
    }
    let (mut right, mut all) = (0, 0);
    for folder in FORUMS {
        let mut metas: Vec<PathBuf> =
            fs::read_dir(threads.join(folder)).unwrap().flatten().map(|entry| entry.path()).collect();
        metas.sort();
        for meta in metas.iter().filter(|path| path.to_string_lossy().ends_with(".meta.json")) {
            let of: Value = serde_json::from_str(&fs::read_to_string(meta).unwrap()).unwrap();
            let name = of["file"].as_str().unwrap();
            if !name.ends_with(".html") || EMPTY.contains(&name) {
                continue;
            }
            if std::env::var("ONLY").is_ok_and(|only| !meta.to_string_lossy().contains(&only)) {
                continue;
            }
            let compared = compare(&meta.with_file_name(name), of["posts_expected"].as_u64());
            all += 1;
            right += usize::from(compared.is_right);
            println!(
                "{} {folder}/{name}: {}",
                if compared.is_right { "ok   " } else { "WRONG" },
                compared.line
            );
        }
    }
    let share = right as f64 / all as f64;
    println!("{right} of {all} pages right: {share:.2}");
    assert!(share >= ENOUGH, "{share}");
}

/// A page whose body is this row again and again, each time with another number for `{}`.
fn rows(before: &str, row: &str, after: &str) -> Page {
    let rows: String = (1..=12).map(|at| row.replace("{}", &at.to_string())).collect();
    let text = format!("<!doctype html><title>A page</title><body>{before}{rows}{after}</body>");
    Page { name: "page".to_owned(), media: Media::Html, text, ..Page::default() }
}

#[test]
fn pages_that_are_no_threads_are_refused() {
    let pages = [
        (
            "members",
            rows(
                "<table class=members><tr><th>Name<th>Posts<th>Joined<th>Location</tr>",
                "<tr><td><a href='/members/ann{}'>ann{}</a><td>1,{}<td>{} May 2020<td>Old town {}</tr>",
                "</table>",
            ),
        ),
        (
            "files",
            rows(
                "<table class=files>",
                "<tr><td><a href='/tree/src{}'>src{}</a><td><a href='/c/{}'>Read all of it, number {}</a>\
                 <td><a class=author href='/users/bo'>bo</a><td><time datetime='2024-03-04T10:00:00Z'>4 March</time></tr>",
                "</table>",
            ),
        ),
        (
            "search",
            rows(
                "<ol class=results>",
                "<li class=result><h3><a href='/threads/a-thread-{}'>A thread about frames {}</a></h3>\
                 <p>Somebody says that frames rot and that stone does not, which others doubt in turn ...</p>\
                 <a class=username href='/members/ann'>ann</a> <time datetime='2024-03-04T10:00:00Z'>4 March</time></li>",
                "</ol>",
            ),
        ),
        (
            "history",
            rows(
                "<ul id=pagehistory>",
                "<li data-mw-revid={}>(cur | prev) <a href='/w?oldid={}'>10:0{}, 3 May 2024</a> \
                 <a href='/wiki/User:Ann' class=mw-userlink>Ann</a> (2,00{} bytes) (typo {})</li>",
                "</ul>",
            ),
        ),
        (
            "products",
            rows(
                "<div class=grid>",
                "<div class=product><h3><a href='/p/frame-{}'>A raised bed frame {}</a></h3>\
                 <span class=price>$1{}.00</span><p>Made of cedar, holds for years, easy to build.</p></div>",
                "</div>",
            ),
        ),
        (
            "wiki",
            rows(
                "<h1>Raised bed</h1>",
                "<h2 id=s{}>Part {} <a href='/edit?s={}'>edit</a></h2><p>A raised bed is a bed that is raised, as \
                 was found in 19{} by gardeners who had no good soil of their own.</p>",
                "<footer>Last edited 4 March 2024 by <a href='/wiki/User:Ann'>Ann</a></footer>",
            ),
        ),
    ];
    for (name, page) in pages {
        let read = collect_with(&[generic()], vec![page], None, None, &LIMITS, &mut |_| {});
        assert!(read.is_err(), "{name}: {:?}", read.map(|thread| thread.read()));
    }
}

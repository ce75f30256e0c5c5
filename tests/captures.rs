//! Every page in `fixtures/` is read and compared with the expectation beside it; captures of real sites,
//! which are not part of the project, are read where they are present and their posts counted.
//!
//! `UPDATE=1 cargo test --test captures` writes the expectations anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rejoinder::error::{Error, Result};
use rejoinder::fetch::{Media, Page};
use rejoinder::ingest::{Limits, PLATFORMS, collect};
use rejoinder::thread::{Duplicates, KnownBy, Post, State, Thread};
use serde_json::{Value, json};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files and folders in a folder, sorted by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).map(|all| all.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    paths.sort();
    paths
}

fn page(path: &Path) -> Page {
    let media = match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => Media::Html,
        Some("json") => Media::Json,
        Some("ndjson") => Media::Ndjson,
        Some("txt") => Media::Plain,
        _ => Media::Unknown,
    };
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Page { name, media, text, ..Page::default() }
}

/// The page of a file, or the pages of a folder.
fn pages(path: &Path) -> Vec<Page> {
    if path.is_dir() { entries(path).iter().map(|file| page(file)).collect() } else { vec![page(path)] }
}

fn read(pages: Vec<Page>, wanted: Option<&str>) -> Result<Thread> {
    let limits = Limits { pages: 100, posts: 1_000_000 };
    collect(pages, wanted, None, &limits, &mut |_| {})
}

fn fixtures() -> Vec<PathBuf> {
    let folders = entries(&root().join("fixtures"));
    let inputs = folders.iter().flat_map(|folder| entries(folder));
    inputs.filter(|path| !path.to_string_lossy().ends_with(".expected.json")).collect()
}

fn shown(result: &Result<Thread>) -> Value {
    let thread = match result {
        Ok(thread) => thread,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let posts = thread.posts().iter().map(|post| {
        json!({
            "native_id": post.native_id,
            "parent": post.reply_to.map(|reply| thread.post(reply.post).native_id.clone()),
            "author": thread.author_of(post.id),
            "written_at": post.written_at,
            "votes": post.votes,
            "state": post.state,
            "text": post.text(),
        })
    });
    json!({
        "platform": thread.platform,
        "title": thread.title,
        "url": thread.url.as_ref().map(|url| url.as_str()),
        "declared": thread.declared,
        "notices": thread.notices,
        "posts": posts.collect::<Vec<Value>>(),
    })
}

#[test]
fn every_fixture_is_read_as_expected() {
    let mut wrong = String::new();
    for input in fixtures() {
        let expected_at = input.with_file_name(format!(
            "{}.expected.json",
            input.file_stem().unwrap_or_default().to_string_lossy()
        ));
        let got = shown(&read(pages(&input), None));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected_at, format!("{got:#}\n")).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&expected_at).unwrap_or_default();
        if serde_json::from_str::<Value>(&expected).ok().as_ref() != Some(&got) {
            writeln!(wrong, "{}: got {got:#}", input.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_platform_has_a_name_of_its_own_and_a_fixture() {
    let names: BTreeSet<&str> = PLATFORMS.iter().map(|platform| platform.name()).collect();
    assert_eq!(names.len(), PLATFORMS.len());
    for platform in PLATFORMS {
        let folder = root().join("fixtures").join(platform.name());
        assert!(!entries(&folder).is_empty(), "no fixture in {}", folder.display());
        assert!(!platform.about().is_empty());
        let example = platform.example();
        assert!(example.is_empty() || example.starts_with("https://"), "{example}");
    }
}

/// The folder of captures, where there is one.
fn captures() -> Option<PathBuf> {
    let shared = std::env::var_os("REJOINDER_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let threads = shared.join("threads");
    if !threads.is_dir() {
        println!("left out: no captures at {}", threads.display());
        return None;
    }
    Some(threads)
}

/// Captures whose own count is wrong, with what they hold.
const COUNTED_AGAIN: &[(&str, u64)] = &[
    // Nine comments hidden below the threshold have neither author nor words on the page: stubs.
    ("story-24-01-12-169219.html", 101),
    // The item itself and its two replies; only the replies were counted.
    ("algolia-items-17.json", 3),
    // One reply is shown twice: by itself above the others, and in its place.
    ("theprepared-raised-beds.html", 14),
    // Nineteen comments stand under answers, drawn from JSON; only those under the question were counted.
    ("stackoverflow-21553327.html", 43),
];

/// Captured forum pages and how many of their posts quote a post by its id; each is resolved.
const QUOTING: &[(&str, usize)] = &[
    ("xenforo2/freebsd-91732.html", 11),
    ("invision/kerbal-225132.html", 7),
    ("vbulletin4/webhostingtalk-1930933.html", 7),
    ("somethingawful/showthread.html", 29),
    ("vanilla/polkaudio-181290.html", 6),
    ("mybb/mybb-222085.html", 3),
    ("smf/simplemachines-589061.html", 1),
];

#[test]
fn quotations_of_captured_forum_pages_become_parents() {
    let Some(threads) = captures() else { return };
    for &(name, quoting) in QUOTING {
        let thread = read(pages(&threads.join(name)), None).unwrap();
        let quoted = thread.posts().iter().filter_map(|post| post.reply_to);
        let quoted = quoted.filter(|reply| reply.known_by == KnownBy::Quoted).count();
        assert_eq!(quoted, quoting, "{name}");
    }
    let page = page(&threads.join("fluxbb/archlinux-298271.html"));
    let mut thread = read(vec![page], None).unwrap();
    rejoinder::threading::link(&mut thread, &Duplicates::default());
    let named = |post: &&Post| post.body.quotes().any(|(_, quote, _)| quote.author.is_some());
    let quoted = |post: &&Post| post.reply_to.is_some_and(|reply| reply.known_by == KnownBy::Quoted);
    let found = thread.posts().iter().filter(named).filter(quoted).count();
    assert_eq!(found, 16);
}

#[test]
fn captured_pages_give_as_many_posts_as_they_hold() {
    let Some(threads) = captures() else { return };
    let mut wrong = String::new();
    for folder in entries(&threads) {
        for meta in entries(&folder) {
            if meta.to_string_lossy().ends_with(".meta.json") {
                wrong.push_str(&compare(&meta));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Reads one capture and prints its line of the table; says what is wrong, if anything.
fn compare(meta_at: &Path) -> String {
    let meta: Value = serde_json::from_str(&fs::read_to_string(meta_at).unwrap()).unwrap();
    let name = meta["file"].as_str().unwrap();
    let file = meta_at.with_file_name(name);
    let counted = COUNTED_AGAIN.iter().find(|(of, _)| *of == name).map(|(_, count)| *count);
    let expected = counted.or(meta["posts_expected"].as_u64());
    let (read, words) = if SEVERAL.iter().any(|end| name.ends_with(end)) {
        (all_threads(&file), String::new())
    } else {
        match read(pages(&file), None) {
            Ok(thread) => {
                let kinds: Vec<String> = thread.notices.iter().map(|n| format!("{:?}", n.kind)).collect();
                (Some(thread.read() as u64), format!("{} {}", thread.platform, kinds.join(" ")))
            }
            Err(error) => (None, error.to_string()),
        }
    };
    println!("{name:50} expected {expected:?} read {read:?} {words}");
    match (expected, read) {
        (None, _) | (Some(0), None) => String::new(),
        (Some(expected), Some(read)) if expected == read => String::new(),
        _ => format!("{name}: expected {expected:?}, read {read:?} {words}\n"),
    }
}

#[test]
fn the_captured_pages_of_one_thread_are_read_as_one() {
    let Some(threads) = captures() else { return };
    let pages: Vec<Page> = entries(&threads.join("hackernews"))
        .iter()
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("hnapi-7324236") && name.ends_with(".html")
        })
        .map(|path| page(path))
        .collect();
    assert_eq!(pages.len(), 5);
    let thread = read(pages, None).unwrap();
    assert_eq!(thread.read(), 102 + 95 + 98 + 96 + 43);
    assert_eq!(thread.posts()[0].native_id, "7324236");
    assert!(thread.posts().iter().skip(1).all(|post| post.reply_to.is_some()));
}

/// Captures of many threads, counted over all of them: of such a source one is read at a time.
const SEVERAL: &[&str] = &[".ndjson", "-board-page.js"];

/// The posts of all threads of a dump, or of a page of an image board.
fn all_threads(file: &Path) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut threads: BTreeSet<String> =
        lines.filter_map(|line| Some(line.get("link_id").or(line.get("id"))?.as_str()?.to_owned())).collect();
    let posts = text.split("\"no\":").skip(1).filter(|post| post.contains("\"resto\": 0,"));
    threads.extend(posts.filter_map(|post| Some(post.split(',').next()?.trim().to_owned())));
    let counts = threads.iter().map(|thread| read(pages(file), Some(thread)).map(|of| of.read() as u64));
    counts.collect::<Result<Vec<u64>>>().ok().map(|counts| counts.iter().sum())
}

#[test]
fn mangled_pages_never_panic() {
    let inputs: Vec<Vec<Page>> = fixtures().iter().map(|input| pages(input)).collect();
    let mut dice = Dice(0x5EED);
    for pages in &inputs {
        for _ in 0..60 {
            let mangled: Vec<Page> = pages
                .iter()
                .map(|page| Page { text: mangle(&page.text, &mut dice), ..page.clone() })
                .collect();
            for platform in PLATFORMS {
                for page in &mangled {
                    let document = rejoinder::ingest::Document::new(page.clone(), None);
                    let _ = platform.recognise(&document);
                    let _ = platform.read(&document);
                }
            }
            if let Ok(thread) = read(mangled, None) {
                check(&thread);
            }
        }
    }
}

/// What holds for every thread, whatever it was read from.
fn check(thread: &Thread) {
    assert!(!thread.posts().is_empty());
    for post in thread.posts() {
        assert!(post.reply_to.is_none_or(|reply| reply.post < post.id));
        assert!(post.state == State::Present || post.text().is_empty(), "{post:?}");
        for block in post.body.blocks() {
            assert!(post.text().get(block.span.start()..block.span.end()).is_some());
        }
    }
}

/// A small generator of numbers, so that a failure shows again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// The text with a part cut off, bytes replaced, or a stretch repeated.
fn mangle(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.below(3) {
        let (a, b) = (dice.below(bytes.len()), dice.below(bytes.len()));
        let (from, to) = (a.min(b), a.max(b));
        match dice.below(4) {
            0 => bytes.truncate(to),
            1 => drop(bytes.drain(from..to.min(from + 200))),
            2 => {
                let again = bytes.get(from..to).unwrap_or_default().to_vec();
                bytes.splice(from..from, again);
            }
            _ => {
                for _ in 0..20 {
                    let at = dice.below(bytes.len());
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = *b"<>\"'/&;{}[]:,0\0\xff x".get(dice.below(18)).unwrap_or(&b' ');
                    }
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_source_without_pages_or_words_is_an_error_with_a_reason() {
    assert!(matches!(read(Vec::new(), None), Err(Error::Unrecognised { .. })));
    assert!(matches!(read(vec![Page::default()], None), Err(Error::Unrecognised { .. })));
}

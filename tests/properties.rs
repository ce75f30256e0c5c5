//! What must hold whatever a page holds, tried on fixtures that are broken a little: no panic, no more posts
//! and text than the page can carry, and the same thread from the same bytes. The targets in `fuzz/` try the
//! same on anything.

use std::fs;
use std::path::{Path, PathBuf};

use rejoinder::fetch::{Media, Page};
use rejoinder::ingest::{self, Limits};
use url::Url;

/// Changed copies of each fixture.
const COPIES: usize = 8;

/// What the targets in `fuzz/fuzz_targets` read: the kind of page and where it came from, and the endings of the
/// fixtures that they start from.
static TARGETS: &[(&str, Media, Option<&str>, &[&str])] = &[
    ("forum", Media::Html, Some("https://forum.example/threads/lights.1/"), &["html"]),
    ("generic", Media::Html, None, &["html"]),
    ("json", Media::Json, None, &["json", "ndjson"]),
    ("mail", Media::Mbox, None, &["mbox", "eml"]),
    ("plain_text", Media::Plain, None, &["txt", "md"]),
];

/// A larger fixture takes too long to read so often.
const LARGEST: usize = 60_000;

/// The files below a folder that are pages, in order.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            pages(&path, found);
        } else if !path.to_string_lossy().ends_with(".expected.json") {
            found.push(path);
        }
    }
}

/// Numbers without a pattern, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// A copy with some pieces taken out, doubled, moved or replaced.
fn broken(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    const PIECES: &[&str] = &[
        "<",
        ">",
        "\"",
        "{",
        "}",
        "[",
        "]",
        "\0",
        "\u{202E}",
        "<div><div><div>",
        "</div>",
        "&#0;",
        "null",
        "-1",
        "99999999999999999999",
        "1e999",
        "\\u0000",
        "<blockquote>",
        "</blockquote>",
        "\n\n",
        "From ",
        "> > > ",
        "<script>",
        "<table>",
        "<!--",
        "\r",
        "é",
        "[quote=",
        "<template>",
        "<svg>",
    ];
    let mut copy = bytes.to_vec();
    for _ in 0..=numbers.below(6) {
        let (at, length) = (numbers.below(copy.len()), numbers.below(200));
        let end = (at + length).min(copy.len());
        match numbers.below(5) {
            0 => drop(copy.drain(at..end)),
            1 => {
                let piece = copy[at..end].to_vec();
                let to = numbers.below(copy.len());
                copy.splice(to..to, piece);
            }
            2 => drop(copy.splice(at..at, PIECES[numbers.below(PIECES.len())].bytes())),
            3 => copy.truncate(at),
            _ => {
                if let Some(byte) = copy.get_mut(at) {
                    *byte = numbers.below(256) as u8;
                }
            }
        }
    }
    copy
}

fn check(path: &Path, bytes: &[u8], media: Media, address: Option<&str>) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let length = text.len();
    let once = || {
        let page = Page {
            name: path.display().to_string(),
            url: address.and_then(|address| Url::parse(address).ok()),
            media,
            text: text.clone(),
            ..Page::default()
        };
        let limits = Limits { pages: 10, posts: 10_000 };
        ingest::collect(vec![page], None, None, &limits, &mut |_| {})
    };
    let said = match (once(), once()) {
        (Ok(first), Ok(second)) => {
            assert!(first.posts().len() <= length + 2, "{}: more posts than bytes", path.display());
            let said: usize = first.posts().iter().map(|post| post.body.text().len()).sum();
            assert!(said <= 16 * length + 10_000, "{}: {said} bytes of text from {length}", path.display());
            (format!("{first:?}"), format!("{second:?}"))
        }
        (Err(first), Err(second)) => (first.to_string(), second.to_string()),
        _ => panic!("{}: a thread one time and an error the other", path.display()),
    };
    assert!(said.0 == said.1, "{}: the same bytes make another thread", path.display());
}

#[test]
fn broken_pages_give_a_bounded_thread_or_an_error_and_the_same_each_time() {
    let mut files = Vec::new();
    pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut files);
    assert!(!files.is_empty());
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for (target, media, address, endings) in TARGETS {
        let taken =
            |path: &&PathBuf| path.extension().is_some_and(|ending| endings.iter().any(|one| ending == *one));
        let mut seeds = 0;
        for path in files.iter().filter(taken) {
            let bytes = fs::read(path).unwrap();
            if bytes.len() > LARGEST {
                continue;
            }
            seeds += 1;
            check(path, &bytes, *media, *address);
            for _ in 0..COPIES {
                let copy = broken(&bytes, &mut numbers);
                check(path, &copy, *media, *address);
            }
        }
        assert!(seeds > 0, "{target} starts from nothing");
    }
}

#[test]
fn every_fuzz_target_is_tried_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let stem = |entry: fs::DirEntry| entry.path().file_stem().unwrap().to_string_lossy().into_owned();
    let mut targets: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| stem(entry.unwrap())).collect();
    targets.sort();
    assert_eq!(targets, TARGETS.iter().map(|(target, ..)| *target).collect::<Vec<_>>());
}

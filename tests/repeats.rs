//! The repeats of a real flat thread of fifty lines, where the shared material is at hand.

use std::path::PathBuf;

use rejoinder::dedup;
use rejoinder::thread::{Body, Draft, Gathered, GroupKind, Parent, Thread};

/// A file of the shared material; `None`, said plainly, when it is absent.
fn shared(path: &str) -> Option<String> {
    let root = std::env::var_os("REJOINDER_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let text = std::fs::read_to_string(root.join(path)).ok();
    if text.is_none() {
        println!("left out: {path} is not beside the repository");
    }
    text
}

fn read_lines(text: &str) -> Thread {
    let drafts = text.lines().enumerate().map(|(key, line)| {
        let parent = if key == 0 { Parent::Opening } else { Parent::Unknown };
        Draft { body: Body::from_plain(line), ..Draft::new(key.to_string(), parent) }
    });
    Thread::assemble(Gathered { drafts: drafts.collect(), platform: "text", ..Gathered::default() }).unwrap()
}

#[test]
fn fifty_lines_fold_to_thirty_four_posts() {
    let Some(text) = shared("seed/thread.txt") else { return };
    let thread = read_lines(&text);
    assert_eq!(thread.posts().len(), 50);
    let found = dedup::find(&thread);
    assert_eq!(found.repeats(), 16);
    assert!(found.groups().iter().all(|group| group.kind() == GroupKind::Exact));
}

#[test]
fn the_fourth_line_is_part_of_the_second() {
    let Some(text) = shared("seed/thread.txt") else { return };
    let thread = read_lines(&text);
    let found = dedup::find(&thread);
    let part = found.parts().iter().find(|part| (part.first.index(), part.inside.index()) == (1, 3));
    let part = part.expect("the part is listed");
    assert_eq!(part.span.slice(thread.post(part.first).text()), thread.post(part.inside).text());
    assert_eq!(found.parts().len(), 1);
}

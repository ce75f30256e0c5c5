//! What the written formats say of a debate made by hand.
//!
//! `UPDATE=1 cargo test --test reports` rewrites the expected files; read the difference as code.

#[path = "browser/village.rs"]
#[allow(dead_code, reason = "the browser tests use more of it")]
mod village;

use std::path::Path;

use rejoinder::report::Report;
use rejoinder::report::formats::{self, FORMATS};

fn expect(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == found, "{name} differs from what is expected:\n{found}");
}

#[test]
fn the_summary_reads_well_as_markdown() {
    expect("village.summary.md", &formats::summary_markdown(&village::debate()));
}

#[test]
fn the_summary_reads_well_in_a_terminal() {
    expect("village.summary.txt", &formats::summary_text(&village::debate()));
}

#[test]
fn the_thread_reads_well_in_a_terminal() {
    expect("village.thread.txt", &formats::thread_text(&village::debate().thread));
}

#[test]
fn the_review_queue_reads_well_in_a_terminal_and_in_a_spreadsheet() {
    expect("village.review.txt", &formats::review_text(&village::debate()));
    expect("village.review.csv", &formats::review_csv(&village::debate()));
}

#[test]
fn every_format_writes_the_same_bytes_again_and_has_a_name_of_its_own() {
    let report = village::debate();
    let mut names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
    for format in FORMATS {
        assert_eq!(format.render(&report).unwrap(), format.render(&report).unwrap());
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FORMATS.len());
    assert_eq!(FORMATS[0].name(), "html");
}

#[test]
fn the_page_is_written_where_it_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let page = formats::named("html").unwrap().render(&village::debate()).unwrap();
    std::fs::write(folder.join("village.html"), page).unwrap();
}

#[test]
fn an_empty_debate_is_a_page_that_says_so() {
    let mut builder = village::Builder::new("  ", None);
    builder.post(None, None, &[]);
    let page = html(&builder.finish());
    for words in ["Untitled thread", "From a file", "no graph to draw", "No claims were found"] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_chain_of_a_hundred_thousand_replies_is_a_flat_list() {
    let mut builder = village::Builder::new("A long chain", None);
    for at in 0..100_000u32 {
        let pieces = [(rejoinder::argument::Role::Claim, "No, it is not.")];
        builder.post(Some("Ann"), at.checked_sub(1), &pieces);
        if at > 0 {
            builder.relate("rebut", at, at - 1, 0.7);
        }
    }
    let page = html(&builder.finish());
    assert_eq!(page.matches("<article").count(), 100_000);
    assert!(page.contains("Showing 40 of 100000"));
}

#[test]
fn the_page_names_the_hashes_of_its_own_style_and_script() {
    let page = html(&village::debate());
    assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"));
    assert_eq!(page.matches("sha256-").count(), 2);
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("style=\"") && !page.contains("<!--part"));
}

#[test]
fn a_chain_of_rebuttals_is_drawn_in_one_column_from_top_to_bottom() {
    let mut builder = village::Builder::new("A chain", None);
    for at in 0..4u32 {
        builder.post(Some("Ann"), at.checked_sub(1), &[(rejoinder::argument::Role::Claim, "No.")]);
    }
    for at in 1..4 {
        builder.relate("rebut", at, at - 1, 0.7);
    }
    // The first also answers the last: a circle, which must not keep the rest from being drawn.
    builder.relate("rebut", 0, 3, 0.6);
    let page = html(&builder.finish());
    let places: Vec<(&str, f64)> = page
        .split("</title><rect x=\"")
        .skip(1)
        .map(|node| {
            let mut values = node.split('"');
            (values.next().unwrap(), values.nth(1).unwrap().parse().unwrap())
        })
        .collect();
    assert_eq!(places.len(), 4);
    assert!(places.windows(2).all(|pair| pair[0].0 == pair[1].0 && pair[0].1 < pair[1].1), "{places:?}");
    assert_eq!(page.matches("class=\"e rebut").count(), 4);
}

fn html(report: &Report) -> String {
    formats::named("html").unwrap().render(report).unwrap()
}

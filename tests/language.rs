//! Measures what reads language — the segmenter and the rules — on labelled text that is not in the
//! repository. Without that data the measurements say that they were left out; they never pass silently.

use std::path::PathBuf;

use rejoinder::segment;

/// Where the measuring data lies; `None`, said aloud, when it is not here.
fn shared(what: &str) -> Option<PathBuf> {
    let root = std::env::var_os("REJOINDER_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join(what);
    if path.exists() {
        return Some(path);
    }
    println!("LEFT OUT: {} is not here", path.display());
    None
}

#[test]
fn sentences_of_a_generated_corpus_end_where_they_were_made_to_end() {
    let Some(script) = shared("bench/gen_corpus.py") else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("corpus");
    let run = std::process::Command::new("python3")
        .arg(script)
        .args(["--comments", "10000", "--out"])
        .arg(&out)
        .output();
    if !run.is_ok_and(|run| run.status.success()) {
        println!("LEFT OUT: python3 could not generate the corpus");
        return;
    }
    let gold = std::fs::read_to_string(out.with_extension("sents.ndjson")).unwrap();
    let (mut hit, mut found_all, mut wanted_all) = (0, 0, 0);
    for line in gold.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let body = row["body"].as_str().unwrap();
        let mut at = 0;
        let mut wanted = Vec::new();
        for sentence in row["sentences"].as_array().unwrap() {
            let sentence = sentence.as_str().unwrap();
            let start = at + body[at..].find(sentence).unwrap();
            at = start + sentence.len();
            wanted.push(at);
        }
        let found: Vec<usize> = segment::sentences(body).iter().map(|span| span.end()).collect();
        if std::env::var_os("SHOW").is_some() {
            show(body, &wanted, &found);
        }
        hit += found.iter().filter(|end| wanted.contains(end)).count();
        found_all += found.len();
        wanted_all += wanted.len();
    }
    let f1 = 2.0 * hit as f64 / (found_all + wanted_all) as f64;
    println!("sentence boundaries: gold {wanted_all}, found {found_all}, right {hit}, F1 {f1:.4}");
    assert!(f1 > 0.99, "F1 {f1}");
}

fn show(body: &str, wanted: &[usize], found: &[usize]) {
    for &end in wanted.iter().filter(|end| !found.contains(end)) {
        println!("missed  {:?}", around(body, end));
    }
    for &end in found.iter().filter(|end| !wanted.contains(end)) {
        println!("extra   {:?}", around(body, end));
    }
}

fn around(body: &str, end: usize) -> String {
    let before: String = body[..end].chars().rev().take(25).collect::<Vec<_>>().into_iter().rev().collect();
    let after: String = body[end..].chars().take(15).collect();
    format!("{before} ## {after}")
}

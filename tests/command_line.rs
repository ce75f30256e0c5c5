//! The command line as a person or a script meets it.

use std::fs;
use std::io::Read;
use std::process::{Command, Output, Stdio};

fn rejoinder() -> Command {
    Command::new(env!("CARGO_BIN_EXE_rejoinder"))
}

fn run(args: &[&str]) -> Output {
    rejoinder().args(args).stdin(Stdio::null()).output().unwrap()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn wrong_usage_exits_with_2_and_failure_with_1() {
    assert_eq!(run(&[]).status.code(), Some(2));
    assert_eq!(run(&["map", "x.txt", "--format", "docx"]).status.code(), Some(2));
    let missing = run(&["map", "no-such-file.txt"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(missing.stdout.is_empty());
    let said = words(&missing.stderr);
    assert!(said.starts_with("rejoinder: ") && said.contains("no-such-file.txt"), "{said}");
}

#[test]
fn help_and_version_exit_with_0() {
    assert_eq!(run(&["--help"]).status.code(), Some(0));
    assert_eq!(words(&run(&["--version"]).stdout), format!("rejoinder {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_lists_name_every_row_of_their_tables() {
    let platforms = words(&run(&["platforms"]).stdout);
    for platform in rejoinder::ingest::PLATFORMS {
        assert!(platforms.contains(platform.name()));
    }
    let formats = words(&run(&["formats"]).stdout);
    for format in rejoinder::report::formats::FORMATS {
        assert!(formats.contains(format.name()));
    }
    assert!(words(&run(&["completions", "bash"]).stdout).contains("rejoinder"));
}

#[test]
fn names_in_the_tables_are_unique() {
    let unique = |mut names: Vec<&str>| {
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    };
    unique(rejoinder::ingest::PLATFORMS.iter().map(|platform| platform.name()).collect());
    unique(rejoinder::report::formats::FORMATS.iter().map(|format| format.name()).collect());
    unique(rejoinder::annotate::ANNOTATORS.iter().map(|annotator| annotator.name()).collect());
}

#[test]
fn a_default_name_is_never_overwritten_and_an_output_file_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.txt"), "The library should open.\n\nNo, it should not.").unwrap();
    let map = |args: &[&str]| {
        let output = rejoinder().current_dir(&folder).arg("t.txt").args(args).output().unwrap();
        assert!(output.status.success(), "{}", words(&output.stderr));
        words(&output.stdout)
    };
    assert!(map(&[]).contains("wrote "));
    map(&[]);
    let reports = || {
        let entries =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        entries.filter(|name| name.ends_with(".html")).count()
    };
    assert_eq!(reports(), 2);
    let file = folder.path().join("mine.html");
    fs::write(&file, "old").unwrap();
    map(&["-o", "mine.html"]);
    assert!(fs::read_to_string(&file).unwrap().contains("<html"));
    assert_eq!(reports(), 3);
    let parts = fs::read_dir(&folder)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
    assert_eq!(parts.count(), 0);
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.txt");
    let long: String = (0..20_000).map(|n| format!("Number {n} is far too many.\n\n")).collect();
    fs::write(&file, long).unwrap();
    let mut child = rejoinder()
        .args(["thread", file.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0u8; 64];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut some).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", words(&output.stderr));
    assert!(!words(&output.stderr).contains("panicked"));
}

#[test]
fn no_colour_codes_reach_a_pipe() {
    let output = run(&["--help"]);
    assert!(!words(&output.stdout).contains('\u{1b}'));
    let output = run(&["no-such-file"]);
    assert!(!words(&output.stderr).contains('\u{1b}'));
}

#[test]
fn a_saved_page_never_makes_a_request() {
    let folder = tempfile::tempdir().unwrap();
    let page = include_str!("../fixtures/hacker_news/today/page1.html");
    let file = folder.path().join("page.html");
    fs::write(&file, page).unwrap();
    let output = run(&["thread", file.to_str().unwrap(), "--url", "https://news.ycombinator.com/item?id=1"]);
    assert!(output.status.success(), "{}", words(&output.stderr));
    assert!(words(&output.stderr).contains("--follow"), "{}", words(&output.stderr));
}

#[test]
fn the_readme_shows_what_its_command_prints() {
    let readme = include_str!("../README.md");
    let shown = readme.split("<!-- output of the command above -->\n```text\n").nth(1).unwrap();
    let shown = shown.split("\n```").next().unwrap();
    assert!(readme.contains("$ cargo run --release -- fixtures/ndjson/village-lights.ndjson\n"));
    let folder = tempfile::tempdir().unwrap();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/ndjson/village-lights.ndjson");
    let output = rejoinder().current_dir(&folder).arg(source).output().unwrap();
    assert_eq!(words(&output.stdout).trim_end(), shown);
}

#[test]
fn every_long_option_of_the_help_is_told_apart_by_the_shells() {
    let help = words(&run(&["map", "--help"]).stdout);
    let completions = words(&run(&["completions", "bash"]).stdout);
    let options = help.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2);
    for option in options {
        let option = option.trim_end_matches(|c: char| !c.is_alphanumeric());
        assert!(completions.contains(option), "{option}");
    }
}

/// The report of a small thread as JSON, judged with these further options.
#[cfg(feature = "model")]
fn judged(options: &[&str]) -> Output {
    let thread = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/ndjson/village-lights.ndjson");
    let mut args = vec!["map", thread, "--format", "json"];
    args.extend(options);
    run(&args)
}

#[cfg(feature = "model")]
#[test]
fn weights_of_another_file_judge_as_those_of_the_binary_or_are_refused() {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/models/reader.bin");
    let (own, given) = (judged(&["--annotator", "model"]), judged(&["--weights", shipped]));
    assert_eq!(given.status.code(), Some(0), "{}", words(&given.stderr));
    assert!(own.stdout == given.stdout);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.bin");
    let whole = fs::read(shipped).unwrap();
    for (bytes, reason) in [
        (&whole[..whole.len() / 2], "cut off or damaged"),
        (&b"PK\x03\x04"[..], "does not begin"),
        (&b""[..], "does not begin"),
    ] {
        fs::write(&path, bytes).unwrap();
        let refused = judged(&["--weights", path.to_str().unwrap()]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(refused.stdout.is_empty());
        let said = words(&refused.stderr);
        assert!(said.contains("weights.bin") && said.contains(reason), "{said}");
    }
}

//! Many threads with one command: one report each, one line for each that fails, and the exit code tells.

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::server::{Reply, Server};

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn map_each(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    command.current_dir(folder).args(["map", "--each", "--annotator", "rules"]).args(args);
    command.stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn each_thread_of_a_folder_gets_the_report_that_it_gets_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let threads = folder.join("threads");
    fs::create_dir_all(threads.join("today")).unwrap();
    fs::copy(fixture("ndjson/village-lights.ndjson"), threads.join("lights.ndjson")).unwrap();
    fs::copy(fixture("walls/login.html"), threads.join("members.html")).unwrap();
    for page in ["page1.html", "page2.html"] {
        fs::copy(fixture("hacker_news/today").join(page), threads.join("today").join(page)).unwrap();
    }
    for number in 0..20 {
        let text = format!("Number {number} is right.\n\nNo, {number} is wrong.");
        fs::write(threads.join(format!("n{number:02}.txt")), text).unwrap();
    }
    fs::write(threads.join(".hidden"), "nothing").unwrap();
    let output = map_each(folder, &["threads", "-o", "reports", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let failures: Vec<String> =
        said(&output).lines().filter(|line| line.starts_with("failed: ")).map(str::to_owned).collect();
    assert!(
        matches!(failures.as_slice(), [one] if one.contains("members.html") && one.contains("--cookies"))
    );
    assert!(said(&output).contains("mapped 22 of 23 threads; 1 failed"), "{}", said(&output));
    let reports = names(&folder.join("reports"));
    assert_eq!((reports.len(), reports[0].as_str()), (22, "lights.json"));

    let mut alone = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    let source = ["map", "threads/today", "--annotator", "rules", "--format", "json", "-q"];
    let alone = alone.current_dir(folder).args(source).output().unwrap();
    assert_eq!(fs::read(folder.join("reports/today.json")).unwrap(), alone.stdout);

    fs::remove_file(threads.join("members.html")).unwrap();
    let again = map_each(folder, &["threads", "-o", "reports", "--format", "json"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(names(&folder.join("reports")), reports);
}

#[test]
fn a_list_of_addresses_is_asked_host_by_host() {
    let page = fs::read_to_string(fixture("hacker_news/comment_page.html")).unwrap();
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" | "/gone" => Reply::not_found(),
        _ => Reply::html(&page),
    });
    let folder = tempfile::tempdir().unwrap();
    let other = |path: &str| server.url(path).replace("127.0.0.1", "localhost");
    let list = ["# two hosts", &server.url("/1"), "", &other("/2"), &server.url("/gone"), &other("/3")];
    fs::write(folder.path().join("list.txt"), list.join("\n")).unwrap();
    let args =
        ["list.txt", "-o", "reports", "--allow-private", "--wait", "0", "--no-cache", "--format", "json"];
    let output = map_each(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("failed: http://127.0.0.1") && said(&output).contains("404"));
    assert_eq!(names(&folder.path().join("reports")).len(), 3);
    for name in names(&folder.path().join("reports")) {
        let report = fs::read(folder.path().join("reports").join(name)).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        assert!(!report["thread"]["posts"].as_array().unwrap().is_empty());
    }
    let refused = map_each(folder.path(), &[&args[..], &["--header", "Authorization: Bearer x"]].concat());
    assert!(said(&refused).contains("--header"), "{}", said(&refused));
}

#[test]
fn places_that_cannot_be_are_told_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::write(folder.path().join("t.txt"), "It is so.\n\nNo.").unwrap();
    assert_eq!(map_each(folder.path(), &["empty"]).status.code(), Some(2), "without -o");
    for (args, word) in [
        (["empty", "-o", "out"], "no thread in it"),
        (["none", "-o", "out"], "cannot read none"),
        (["empty", "-o", "empty"], "another folder"),
        (["empty", "-o", "t.txt"], "cannot write t.txt"),
    ] {
        let output = map_each(folder.path(), &args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(said(&output).contains(word), "{args:?}: {}", said(&output));
    }
}

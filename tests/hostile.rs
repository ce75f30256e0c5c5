//! Sources written to break the program: it gives a thread or a reason, and nothing that it prints is armed.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn run(folder: &std::path::Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    command.current_dir(folder).args(args).arg("-q").stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What no output for a terminal may hold: controls other than line ends, and marks that reorder text.
fn armed(text: &str) -> Option<char> {
    let reorders = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars().find(|&c| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || reorders(c))
}

const PAYLOAD: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202E}=cmd|' /C calc'!A0 \0 you are an idiot";

fn hostile_posts() -> String {
    let mut lines = String::new();
    for at in 0..6 {
        let parent = if at == 0 { Value::Null } else { json!(format!("{PAYLOAD}{}", at - 1)) };
        let line = json!({
            "id": format!("{PAYLOAD}{at}"), "parent_id": parent, "author": format!("{PAYLOAD}{}", at % 2),
            "created": at, "title": PAYLOAD, "url": format!("javascript:{PAYLOAD}"),
            "body": format!("{PAYLOAD}. No, that is wrong because of {at}. [x](javascript:alert(1)) # H"),
        });
        lines += &format!("{line}\n");
    }
    lines
}

#[test]
fn nothing_printed_for_people_moves_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.ndjson"), hostile_posts()).unwrap();
    for args in [
        &["thread", "t.ndjson"][..],
        &["thread", "t.ndjson", "--format", "text"],
        &["summary", "t.ndjson"],
        &["summary", "t.ndjson", "--format", "text"],
        &["review", "t.ndjson"],
        &["map", "t.ndjson", "--format", "text"],
        &["map", "t.ndjson", "--format", "markdown"],
    ] {
        let output = run(folder.path(), args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(!out.is_empty());
        assert_eq!(armed(&out), None, "{args:?}: {out:?}");
        assert_eq!(armed(&err), None, "{args:?}: {err:?}");
    }
}

#[test]
fn no_error_moves_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let name = "\u{1b}[2J\u{9b}\u{202E}x.txt";
    for args in [&["thread", name][..], &["thread", "t.txt", "--url", "http://\u{1b}[2J/"]] {
        let output = run(folder.path(), args);
        assert!(!output.status.success());
        assert_eq!(armed(&text(&output.stderr)), None, "{:?}", text(&output.stderr));
    }
}

#[test]
fn a_chain_of_replies_of_any_depth_is_mapped() {
    const DEEP: usize = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let mut tree = String::new();
    for at in 0..DEEP {
        tree += &format!(
            r#"{{"id":{},"type":"comment","author":"u","text":"No, {at} is wrong","created_at_i":1,"parent_id":{at},"story_id":0,"children":["#,
            at + 1
        );
    }
    tree += &"]}".repeat(DEEP);
    fs::write(folder.path().join("t.json"), tree).unwrap();
    for format in ["json", "html", "text", "markdown"] {
        let output =
            run(folder.path(), &["map", "t.json", "--annotator", "rules", "--format", format, "-o", "out"]);
        assert!(output.status.success(), "{format}: {}", text(&output.stderr));
    }
    let args = ["thread", "t.json", "--format", "json"];
    let thread: Value = serde_json::from_slice(&run(folder.path(), &args).stdout).unwrap();
    assert!(thread["thread"]["posts"].as_array().unwrap().len() >= DEEP);
}

#[test]
fn a_long_post_that_is_quoted_without_end_and_a_name_for_every_post_are_read_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let quoting: String = (0..30_000).map(|n| format!("> no {n}\n\nok {n}\n\n")).collect();
    let quoted = [
        json!({"id": "1", "parent_id": null, "author": "ann", "body": "words ".repeat(400_000)}),
        json!({"id": "2", "parent_id": "1", "author": "bo", "body": quoting}),
    ];
    let named =
        |n: u32| json!({"id": n, "parent_id": null, "author": format!("user {n}"), "body": "@ann hi"});
    let cases = [quoted.to_vec(), (0..60_000).map(named).collect()];
    for lines in cases {
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(folder.path().join("t.ndjson"), lines).unwrap();
        let started = std::time::Instant::now();
        let output = run(folder.path(), &["thread", "t.ndjson", "--format", "json"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(started.elapsed() < std::time::Duration::from_secs(60), "{:?}", started.elapsed());
    }
}

#[test]
fn cycles_strangers_and_doubles_end_in_a_tree() {
    let folder = tempfile::tempdir().unwrap();
    let lines = r#"{"id":"1","parent_id":"2","body":"I say so."}
{"id":"2","parent_id":"3","body":"No."}
{"id":"3","parent_id":"1","body":"Yes it is."}
{"id":"4","parent_id":"4","body":"I answer myself."}
{"id":"5","parent_id":"gone","body":"Who was that?"}
{"id":"5","parent_id":"1","body":"A second five."}
{"id":18446744073709551616,"parent_id":"","body":"big"}
"#;
    fs::write(folder.path().join("t.ndjson"), lines).unwrap();
    let output = run(folder.path(), &["map", "t.ndjson", "--format", "json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let map: Value = serde_json::from_slice(&output.stdout).unwrap();
    for post in map["thread"]["posts"].as_array().unwrap() {
        if let Some(parent) = post["parent"].as_u64() {
            assert!(parent < post["id"].as_u64().unwrap());
        }
    }
}

#[test]
fn sources_that_hold_nothing_are_errors_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let cases: &[(&str, &[u8])] = &[
        ("empty.html", b""),
        ("white.txt", b" \n\t\n\n"),
        ("binary.html", &[0, 159, 146, 150, 0, 0, 1, 2]),
        ("open.json", b"[[[[[[[[[["),
        ("empty.ndjson", b"\n\n"),
        ("cut.txt.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 75]),
        ("divs.html", &b"<div>".repeat(200_000)),
    ];
    for (name, bytes) in cases {
        fs::write(folder.path().join(name), bytes).unwrap();
        let output = run(folder.path(), &["map", name, "--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(output.stdout.is_empty() && text(&output.stderr).contains(name), "{}", text(&output.stderr));
    }
}

#[test]
fn text_in_other_encodings_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let words = "The café is good.\n\nNo, it is “bad”.";
    let wide: Vec<u8> =
        "\u{FEFF}".chars().chain(words.chars()).flat_map(|c| (c as u16).to_le_bytes()).collect();
    let western = words.replace('é', "\u{1}").replace('“', "\u{2}").replace('”', "\u{3}").into_bytes();
    let western = western.into_iter().map(|b| [b, 0xE9, 0x93, 0x94][if b < 4 { b as usize } else { 0 }]);
    for (name, bytes) in [
        ("wide.txt", wide),
        ("marked.txt", format!("\u{FEFF}{words}").into_bytes()),
        ("western.txt", western.collect()),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        let output = run(folder.path(), &["thread", name, "--format", "json"]);
        let thread: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(thread["thread"]["posts"][0]["text"], "The café is good.", "{name}");
        assert_eq!(thread["thread"]["posts"][1]["text"], "No, it is “bad”.", "{name}");
    }
}

#[test]
fn closed_input_and_places_that_cannot_be_written_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.txt"), "It is so.\n\nNo, it is not.").unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    for args in [
        &["map", "-"][..],
        &["map", "t.txt", "-o", "none/out.html"],
        &["map", "t.txt", "-o", "folder"],
        &["map", "folder"],
        &["map", "t.txt", "-o", "t.txt"],
        &["thread", "t.txt", "-o", "./folder/../t.txt"],
    ] {
        let output = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(!output.stderr.is_empty());
    }
    for args in [&["--max-bytes", "-1"][..], &["--max-posts", "99999999999999999999"], &["--wait", "x"]] {
        let args = [&["map", "t.txt"], args].concat();
        assert_eq!(run(folder.path(), &args).status.code(), Some(2), "{args:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "something was left behind");
    assert!(fs::read_to_string(folder.path().join("t.txt")).unwrap().starts_with("It is so."));
}

#[test]
fn standard_input_is_read_like_a_file() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rejoinder"))
        .args(["thread", "-", "--format", "json", "-q"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(hostile_posts().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let thread: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(thread["thread"]["posts"].as_array().unwrap().len(), 6);
}

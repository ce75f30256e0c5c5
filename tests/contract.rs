//! The JSON contract and the laws that hold for every report, through the whole program.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use serde_json::{Value, json};

fn rejoinder(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rejoinder"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn map(input: &str) -> Value {
    let output = rejoinder(&["map", "-", "--format", "json", "-q", "--annotator", "rules"], input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is no list")).as_slice()
}

fn index(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

fn slice<'t>(text: &'t str, value: &Value) -> &'t str {
    &text[index(&value["start"])..index(&value["end"])]
}

/// Everything that must hold of any report.
fn check_laws(report: &Value) {
    assert_eq!(report["schema"], "rejoinder/1");
    let posts = list(&report["thread"], "posts");
    let text = |post: &Value| posts[index(post)]["text"].as_str().unwrap();
    for (at, post) in posts.iter().enumerate() {
        assert_eq!(index(&post["id"]), at);
        if let Some(parent) = post["parent"].as_u64() {
            assert!((parent as usize) < at, "a parent precedes its children");
            let inferred = post["parent_known_by"] == "inferred";
            assert_eq!(
                inferred,
                post["parent_confidence"].is_number(),
                "a guess bears its confidence, a fact none"
            );
        } else {
            assert!(post["parent_known_by"].is_null());
        }
    }
    let units = list(report, "units");
    let mut last = (0, 0);
    for (at, unit) in units.iter().enumerate() {
        assert_eq!(index(&unit["id"]), at);
        let words = text(&unit["post"]);
        assert_eq!(slice(words, unit), unit["text"].as_str().unwrap());
        let (post, start) = (index(&unit["post"]), index(&unit["start"]));
        assert!(post > last.0 || start >= last.1, "units are in order and do not overlap");
        last = (post, index(&unit["end"]));
        let line = words[..start].rfind('\n').map_or(0, |newline| newline + 1);
        assert!(!words[line..].starts_with("> "), "no unit starts inside a quotation: {words:?}");
        assert!(
            ["claim", "premise", "question", "concession", "none"].contains(&unit["role"].as_str().unwrap())
        );
        check_confidence(unit);
    }
    check_repeats(report, posts);
    check_argument(report, posts, units);
    for flag in list(report, "flags") {
        assert_eq!(slice(text(&flag["post"]), flag), flag["text"].as_str().unwrap());
        assert_eq!(flag["native_id"], posts[index(&flag["post"])]["native_id"]);
        check_confidence(flag);
    }
    for sentence in list(report, "summary") {
        let cites = list(sentence, "cites");
        assert_eq!(cites.len(), 1);
        assert_eq!(slice(text(&cites[0]["post"]), &cites[0]), sentence["text"].as_str().unwrap());
    }
    check_coverage(report, posts, units);
}

fn check_confidence(value: &Value) {
    let confidence = value["confidence"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&confidence));
}

fn check_repeats(report: &Value, posts: &[Value]) {
    let mut grouped = BTreeSet::new();
    for group in list(report, "duplicates") {
        let members: Vec<usize> = list(group, "members").iter().map(index).collect();
        assert!(members.contains(&index(&group["first"])) && members.len() >= 2);
        if group["kind"] == "part" {
            let first = posts[index(&group["first"])]["text"].as_str().unwrap();
            assert!(!slice(first, group).trim().is_empty());
            continue;
        }
        assert!(["exact", "near", "quoted"].contains(&group["kind"].as_str().unwrap()));
        for member in members {
            assert!(
                grouped.insert(member),
                "repeats are an equivalence relation: {member} stands in two groups"
            );
        }
    }
}

/// Relations name units that are there, and the standings are the grounded labelling of the rebuttals.
fn check_argument(report: &Value, posts: &[Value], units: &[Value]) {
    for reply in list(report, "replies") {
        assert_eq!(posts[index(&reply["post"])]["parent"], reply["to"]);
        assert!(["agree", "disagree", "neutral", "question"].contains(&reply["stance"].as_str().unwrap()));
        check_confidence(reply);
    }
    let mut attackers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, relation) in list(report, "relations").iter().enumerate() {
        assert_eq!(index(&relation["id"]), at);
        assert!(index(&relation["from"]) < units.len());
        match relation["kind"].as_str().unwrap() {
            "support" => assert!(index(&relation["to"]) < units.len()),
            "rebut" => attackers.entry(index(&relation["to"])).or_default().push(index(&relation["from"])),
            other => assert_eq!(other, "undercut"),
        }
        check_confidence(relation);
    }
    let labels: BTreeMap<usize, &str> = list(report, "standing")
        .iter()
        .map(|standing| {
            assert!((0.0..=1.0).contains(&standing["strength"].as_f64().unwrap()));
            assert!(!standing["reason"].as_str().unwrap().is_empty());
            (index(&standing["unit"]), standing["label"].as_str().unwrap())
        })
        .collect();
    let label = |unit: usize| labels.get(&unit).copied().unwrap_or("stands");
    for (&unit, &given) in &labels {
        let from: Vec<&str> = attackers.get(&unit).into_iter().flatten().map(|&from| label(from)).collect();
        let expected = match () {
            () if from.iter().all(|label| *label == "falls") => "stands",
            () if from.contains(&"stands") => "falls",
            () => "contested",
        };
        assert_eq!(given, expected, "unit {unit}");
    }
}

fn check_coverage(report: &Value, posts: &[Value], units: &[Value]) {
    let coverage = |key: &str| coverage_of(report, key);
    let present = posts.iter().filter(|post| post["state"] != "missing").count();
    assert_eq!(coverage("read"), present);
    let with_units: BTreeSet<usize> = units.iter().map(|unit| index(&unit["post"])).collect();
    assert_eq!(coverage("with_units"), with_units.len());
    assert_eq!(
        coverage("read"),
        coverage("deleted") + coverage("repeats") + coverage("with_units") + coverage("skipped"),
        "the coverage adds up"
    );
}

fn coverage_of(report: &Value, key: &str) -> usize {
    index(&report["coverage"][key])
}

fn record(id: &str, parent: Option<&str>, author: &str, body: &str) -> String {
    json!({"id": id, "parent_id": parent, "thread_id": "t", "author": author, "created": 1_700_000_000, "body": body})
        .to_string()
        + "\n"
}

#[test]
fn a_small_debate_reads_as_it_was_meant() {
    let input = [
        record(
            "1",
            None,
            "ann",
            "The village library should open on Sundays because most people work all week.",
        ),
        record("2", Some("1"), "bob", "No, that is wrong. Nobody reads on Sundays."),
        record("3", Some("2"), "cyd", "I disagree. My children read every Sunday."),
        record("4", Some("1"), "dee", "I agree."),
        record("5", Some("1"), "eve", "Who would pay for it?"),
    ]
    .concat();
    let report = map(&input);
    check_laws(&report);
    let stance = |post: usize| {
        let replies = list(&report, "replies");
        replies.iter().find(|reply| index(&reply["post"]) == post).unwrap()["stance"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!([stance(1), stance(2), stance(3), stance(4)], ["disagree", "disagree", "agree", "question"]);
    let units = list(&report, "units");
    let rebuts: Vec<(usize, usize)> = list(&report, "relations")
        .iter()
        .filter(|relation| relation["kind"] == "rebut")
        .map(|relation| {
            let post = |end: &str| index(&units[index(&relation[end])]["post"]);
            (post("from"), post("to"))
        })
        .collect();
    assert_eq!(rebuts, [(1, 0), (2, 1)]);
    assert_eq!(list(&report, "unanswered").len(), 2, "{}", report["unanswered"]);
    assert!(list(&report, "flags").is_empty());
}

#[test]
fn the_side_that_a_source_tells_is_believed() {
    let report = map(
        "Discussion Title: Tea?\n\n1. Tea is good for everybody.\n1.1. Con: I agree that tea is warm, and iced tea is not.\n1.2. Pro: That is wrong of coffee, which keeps people awake.\n",
    );
    check_laws(&report);
    let replies = list(&report, "replies");
    let told: Vec<&str> = replies.iter().map(|reply| reply["stance"].as_str().unwrap()).collect();
    assert_eq!(told, ["disagree", "agree"]);
    for reply in replies {
        assert_eq!((&reply["confidence"], &reply["by"]), (&json!(1.0), &json!("source")));
        assert_eq!((&reply["declared"], &reply["why"]), (&json!(true), &json!("the source says so")));
    }
    let posts = list(&report["thread"], "posts");
    assert_eq!(posts[2]["text"], "That is wrong of coffee, which keeps people awake.");
    let between: Vec<&Value> =
        list(&report, "relations").iter().filter(|relation| relation["by"] == "source").collect();
    assert_eq!((&between[0]["kind"], &between[1]["kind"]), (&json!("rebut"), &json!("support")));
}

#[test]
fn a_reply_may_agree_with_one_passage_that_it_quotes_and_reject_the_next() {
    let opening = "The bridge over the river is old and rusty. Heavy lorries are the cause of all that damage. Should it be closed to them for good?";
    let reply = "> The bridge over the river is old and rusty.\n\nI agree, that is right.\n\n> Heavy lorries are the cause of all that damage.\n\nNo, that is wrong. I disagree, the salt did it.\n\n> Should it be closed to them for good?\n\nNo, that is nonsense.";
    let report = map(&(record("1", None, "a", opening) + &record("2", Some("1"), "b", reply)));
    check_laws(&report);
    let units = list(&report, "units");
    let words = |unit: &Value| units[index(unit)]["text"].as_str().unwrap();
    let between: Vec<(&str, &str)> = list(&report, "relations")
        .iter()
        .filter(|relation| units[index(&relation["from"])]["post"] != units[index(&relation["to"])]["post"])
        .map(|relation| (relation["kind"].as_str().unwrap(), words(&relation["to"])))
        .collect();
    assert_eq!(
        between,
        [
            ("support", "The bridge over the river is old and rusty."),
            ("rebut", "Heavy lorries are the cause of all that damage."),
        ]
    );
}

#[test]
fn each_command_prints_its_part_of_the_contract() {
    let input = record("1", None, "ann", "Open it.")
        + &record("2", Some("1"), "bob", "YOU ARE ALL WRONG ABOUT THIS LIBRARY");
    let keys = |command: &str| {
        let output = rejoinder(&[command, "-", "--format", "json"], &input);
        assert!(output.status.success());
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        (keys, value)
    };
    let (thread, value) = keys("thread");
    assert_eq!(thread, ["schema", "thread"]);
    assert_eq!(list(&value["thread"], "posts").len(), 2);
    let (summary, value) = keys("summary");
    assert_eq!(summary, ["coverage", "schema", "summary", "thread"]);
    assert!(value["thread"]["posts"].is_null());
    let (review, value) = keys("review");
    assert_eq!(review, ["flags", "schema", "thread"]);
    assert_eq!(value["flags"][0]["kind"], "shouting");
    assert_eq!(value["flags"][0]["author"], "bob");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let input: String = (0..200)
        .map(|n| {
            let parent = (n > 0).then(|| (n / 2).to_string());
            record(
                &n.to_string(),
                parent.as_deref(),
                "ann",
                &format!("No. I think {n} is too many because {n} is odd."),
            )
        })
        .collect();
    let run = || rejoinder(&["map", "-", "--format", "json", "-q", "--annotator", "rules"], &input).stdout;
    assert_eq!(run(), run());
    let html = || rejoinder(&["map", "-", "-o", "-", "-q"], &input).stdout;
    assert_eq!(html(), html());
}

#[test]
fn a_chain_of_100_000_replies_is_read_to_its_end() {
    let input: String = (0..100_000)
        .map(|n: u32| {
            let parent = n.checked_sub(1).map(|before| before.to_string());
            record(
                &n.to_string(),
                parent.as_deref(),
                "ann",
                &format!("No, {n} is wrong because of reason {}.", n * 7),
            )
        })
        .collect();
    let report = map(&input);
    assert_eq!(coverage_of(&report, "read"), 100_000);
    check_laws(&report);
}

#[test]
fn text_in_another_language_is_left_alone_and_said_so() {
    let body = "Das ist meiner Meinung nach völlig falsch, weil die Bibliothek am Sonntag niemand braucht. \
                Außerdem kostet das viel Geld, und die Gemeinde hat schon jetzt keines.";
    let report = map(&record("1", None, "ann", body));
    check_laws(&report);
    assert!(list(&report, "flags").is_empty());
    assert!(list(&report["thread"], "notices").iter().any(|notice| notice["kind"] == "language"), "{report}");
    assert!(list(&report, "units").iter().all(|unit| unit["role"] == "none"));
}

#[test]
fn text_that_is_no_utf8_is_read_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.txt");
    std::fs::write(&file, b"The library \xff\xfe should open.\n\nNo, it should not.").unwrap();
    let output = rejoinder(&["thread", file.to_str().unwrap(), "--format", "json"], "");
    assert!(output.status.success());
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(list(&value["thread"], "posts").len(), 2);
    assert_eq!(list(&value["thread"], "posts")[1]["text"], "No, it should not.");
}

/// Bodies made of what forum posts are made of, and of what breaks programs.
fn body() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("No, that is wrong.".to_owned()),
        Just("I agree because it works.".to_owned()),
        Just("\n> you said so\n".to_owned()),
        Just("```\ncode\n```\n".to_owned()),
        Just("Why?! https://a.example/x?y=1".to_owned()),
        Just("1) e.g. this … 🎉 مرحبا 東京。".to_owned()),
        "\\PC{0,12}",
        "[a-z ,.!?]{0,40}",
        Just("\n\n".to_owned()),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn the_laws_hold_for_random_threads(posts in prop::collection::vec((body(), 0usize..20, "[a-c]{1}"), 1..14)) {
        let input: String = posts
            .iter()
            .enumerate()
            .map(|(at, (body, parent, author))| {
                // Parents may be absent, later ones, or the post itself.
                let parent = (at > 0).then(|| parent.to_string());
                record(&at.to_string(), parent.as_deref(), author, body)
            })
            .collect();
        check_laws(&map(&input));
    }

    #[test]
    fn the_laws_hold_for_random_plain_text(text in prop::collection::vec(body(), 1..12)) {
        let text = text.join("\n\n");
        prop_assume!(text.chars().any(char::is_alphanumeric) && !text.trim_start().starts_with(['{', '[', '<']));
        let output = rejoinder(&["map", "-", "--format", "json", "-q", "--annotator", "rules"], &text);
        if output.status.success() {
            check_laws(&serde_json::from_slice(&output.stdout).unwrap());
        } else {
            prop_assert_eq!(output.status.code(), Some(1));
        }
    }
}

/// The shared folder beside the repository, if it is here.
fn shared(inside: &str) -> Option<std::path::PathBuf> {
    let root = std::env::var("REJOINDER_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(root).join(inside);
    path.exists().then_some(path)
}

#[test]
fn the_seed_reads_as_a_chain_of_rebuttals() {
    let Some(seed) = shared("seed/thread.txt") else {
        println!("left out: the seed is not here");
        return;
    };
    let report = map(&std::fs::read_to_string(seed).unwrap());
    check_laws(&report);
    let posts = list(&report["thread"], "posts");
    assert_eq!(posts.len(), 50);
    let groups: Vec<&Value> = list(&report, "duplicates").iter().collect();
    let exact: usize = groups
        .iter()
        .filter(|group| group["kind"] == "exact")
        .map(|group| list(group, "members").len() - 1)
        .sum();
    assert_eq!(exact, 16);
    assert!(groups.iter().any(|group| group["kind"] == "part" && group["members"] == json!([1, 3])));
    assert_eq!(coverage_of(&report, "repeats"), 16);
    let find =
        |words: &str| posts.iter().position(|post| post["text"].as_str().unwrap().contains(words)).unwrap();
    let stance = |words: &str| {
        let at = find(words);
        let found = list(&report, "replies").iter().find(|reply| index(&reply["post"]) == at);
        found.map(|reply| reply["stance"].as_str().unwrap().to_owned())
    };
    assert_eq!(stance("I agree.").as_deref(), Some("agree"));
    assert_eq!(stance("paper?").as_deref(), Some("question"));
    let units = list(&report, "units");
    let paper = units.iter().find(|unit| unit["text"] == "paper?").unwrap();
    assert_eq!(paper["role"], "question");
    let rebuts = |from: &str, to: &str| {
        list(&report, "relations").iter().any(|relation| {
            let post = |end: &str| index(&units[index(&relation[end])]["post"]);
            relation["kind"] == "rebut" && post("from") == find(from) && post("to") == find(to)
        })
    };
    assert!(rebuts("By this logic", "Training an AI"));
    assert!(rebuts("In the case of Stable Diffusion", "By this logic"));
    assert!(rebuts("Last time I looked it up", "In the case of Stable Diffusion"));
    assert!(rebuts("Llama 3", "Last time I looked it up"));
    assert!(!list(&report, "flags").iter().any(|flag| flag["kind"] == "insult"));
}

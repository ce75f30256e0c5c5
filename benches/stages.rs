//! Measures every stage on its own: CPU seconds, posts per CPU second, and how they grow with the thread.
//!
//! `cargo bench --bench stages` makes threads of 1,000, 10,000 and 100,000 posts and prints a table for each,
//! then the exponent of each stage (1.00 is linear). `-- FILE` measures a file that `rejoinder` can read
//! instead, `-- --sizes 1000,10000` other sizes. Run it on a quiet machine: the clock counts the CPU time of
//! all threads of this process, and those are slower when another one shares the core.

use std::fmt::Write as _;
use std::fs;

use rejoinder::annotate::{self, Exchange};
use rejoinder::classify::{self, Utterance};
use rejoinder::fetch::{self, Page, Settings, Source};
use rejoinder::graph::ArgumentGraph;
use rejoinder::ingest::{self, Limits};
use rejoinder::report::{Findings, Report, formats};
use rejoinder::thread::Span;
use rejoinder::{analyse, dedup, relate, segment, threading};

type Failure = Box<dyn std::error::Error>;

/// CPU seconds by stage, in the order of the pipeline.
type Times = Vec<(&'static str, f64)>;

fn main() -> Result<(), Failure> {
    let mut sizes = vec![1_000, 10_000, 100_000];
    let mut args = std::env::args().skip(1);
    let mut file = None;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--bench" => {}
            "--sizes" => {
                let list = args.next().unwrap_or_default();
                sizes = list.split(',').map(str::parse).collect::<Result<_, _>>()?;
            }
            _ => file = Some(arg),
        }
    }
    if let Some(file) = file {
        let pages = fetch::load(&Source::parse(&file, None)?, &Settings::default())?;
        let (posts, times) = measure(pages)?;
        print(posts, &times);
        return Ok(());
    }
    let mut runs = Vec::new();
    for size in sizes {
        let page = Page { name: "generated.ndjson".to_owned(), text: generate(size), ..Page::default() };
        let (posts, times) = measure(vec![page])?;
        print(posts, &times);
        runs.push((posts, times));
    }
    if let [first, .., last] = &runs[..] {
        growth(first, last);
    }
    Ok(())
}

/// Runs the stages one after the other and looks at the clock between them.
fn measure(pages: Vec<Page>) -> Result<(usize, Times), Failure> {
    let mut clock = Clock { last: cpu()?, times: Vec::new() };
    let limits = Limits { pages: usize::MAX, posts: usize::MAX };
    let mut thread = ingest::collect(pages, None, None, &limits, &mut |_| {})?;
    clock.lap("read")?;
    let duplicates = dedup::find(&thread);
    clock.lap("collapse")?;
    threading::link(&mut thread, &duplicates);
    clock.lap("link")?;
    let passages: Vec<Vec<Span>> = thread.posts().iter().map(|post| segment::split(&post.body)).collect();
    let told = thread.posts().iter().filter(|post| post.says_something());
    let utterances: Vec<Utterance<'_>> =
        told.map(|post| Utterance::new(&thread, post.id, &passages)).collect();
    clock.lap("segment")?;
    let annotator = annotate::named("rules")?;
    let exchanges: Vec<Exchange<'_>> = utterances.iter().map(Utterance::exchange).collect();
    let judgements = annotator.judge(&exchanges);
    drop(exchanges);
    clock.lap("judge")?;
    let borrowed = classify::Borrowed::of(&thread, &duplicates);
    let is_repeat = |post| duplicates.is_repeat(post);
    let units = classify::units(&thread, &utterances, &judgements, is_repeat, &borrowed);
    let stances = relate::stances(&thread, &utterances, &judgements, &[]);
    let content = relate::Content::of_units(&thread, &units);
    let relations = relate::relations(&thread, &duplicates, &units, &content, &stances);
    clock.lap("relate")?;
    let flags = analyse::flags(&thread, &duplicates, &utterances, &judgements);
    let graph = ArgumentGraph::new(&units, &relations);
    let standings = analyse::standings(&thread, &units, &relations, &graph);
    let key_points = analyse::key_points(&thread, &duplicates, &units, &content, &relations);
    let unanswered = analyse::unanswered(&thread, &duplicates, &units, &stances, &relations);
    let summary = analyse::summarise(&thread, &units, &relations, &graph, &key_points, &unanswered);
    clock.lap("analyse")?;
    let report = Report::new(&Findings {
        thread: &thread,
        duplicates: &duplicates,
        units: &units,
        stances: &stances,
        relations: &relations,
        standings: &standings,
        key_points: &key_points,
        unanswered: &unanswered,
        flags: &flags,
        summary: &summary,
        annotator: (annotator.name(), annotator.about()),
    });
    clock.lap("report")?;
    for name in ["html", "json"] {
        formats::named(name)?.render(&report)?;
        clock.lap(name)?;
    }
    Ok((thread.posts().len(), clock.times))
}

/// CPU time between laps.
struct Clock {
    last: f64,
    times: Times,
}

impl Clock {
    fn lap(&mut self, stage: &'static str) -> Result<(), Failure> {
        let now = cpu()?;
        self.times.push((stage, now - self.last));
        self.last = now;
        Ok(())
    }
}

/// CPU seconds of this process so far, all threads.
fn cpu() -> Result<f64, Failure> {
    let mut nanoseconds = 0u64;
    for task in fs::read_dir("/proc/self/task")? {
        let text = fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(nanoseconds as f64 / 1e9)
}

fn print(posts: usize, times: &Times) {
    let all = times.iter().map(|(_, seconds)| seconds).sum::<f64>();
    println!("{posts} posts     CPU-s   posts/CPU-s   share");
    for (stage, seconds) in times.iter().copied().chain([("all", all)]) {
        println!("{stage:<12}{seconds:9.4}{:14.0}{:7.1} %", posts as f64 / seconds, 100.0 * seconds / all);
    }
    println!();
}

fn growth((few, short): &(usize, Times), (many, long): &(usize, Times)) {
    println!("growth from {few} to {many} posts: CPU time as n to the power of");
    let times = *many as f64 / *few as f64;
    for ((stage, before), (_, after)) in short.iter().zip(long) {
        println!("{stage:<12}{:9.2}", (after / before).ln() / times.ln());
    }
}

/// A thread of that many posts as NDJSON: sentences of made-up words, replies to posts before, some quotations
/// and copies. The same size gives the same bytes.
fn generate(posts: usize) -> String {
    let mut dice = Dice(7);
    let mut bodies: Vec<String> = Vec::new();
    let mut text = String::new();
    for id in 0..posts {
        let parent = (id > 0).then(|| id - 1 - dice.below(id.min(40)));
        let body = match (dice.below(20), parent.and_then(|parent| bodies.get(parent))) {
            (0, Some(copied)) => copied.clone(),
            (1 | 2, Some(quoted)) => format!("> {quoted}\n\n{}", speech(&mut dice)),
            _ => speech(&mut dice),
        };
        let line = serde_json::json!({
            "id": id.to_string(),
            "parent_id": parent.map(|parent| parent.to_string()),
            "author": format!("user{}", dice.below(posts / 4 + 1)),
            "created": 1_600_000_000 + id,
            "body": body,
        });
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{line}");
        bodies.push(body.lines().last().unwrap_or_default().to_owned());
    }
    text
}

fn speech(dice: &mut Dice) -> String {
    const OPENINGS: [&str; 8] =
        ["I disagree.", "I agree.", "No,", "Good point.", "Is it?", "Well,", "You are right.", "But"];
    const COMMON: [&str; 16] = [
        "the", "of", "and", "that", "is", "not", "because", "people", "they", "a", "to", "in", "this", "we",
        "law", "cost",
    ];
    let mut said = OPENINGS[dice.below(OPENINGS.len())].to_owned();
    for _ in 0..2 + dice.below(5) {
        for _ in 0..5 + dice.below(12) {
            said.push(' ');
            if dice.below(2) == 0 {
                said.push_str(COMMON[dice.below(COMMON.len())]);
            } else {
                // Squared, so that some words are common and most are rare, as in real text.
                let (a, b) = (dice.below(200), dice.below(200));
                let _ = write!(said, "wo{}{}", ["rd", "lt", "mp", "ck"][a % 4], a * b);
            }
        }
        said.push_str([".", "?", "."][dice.below(3)]);
    }
    said
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

//! Measures the search for repeats alone on a file of comments, one JSON object a line.
//!
//! `cargo bench --bench dedup -- FILE.ndjson [--out CLUSTERS] [--repeat N]` prints one line a run;
//! `benches/dedup_score.py` compares the clusters with the corpus's own.

use std::fs;
use std::io::Write as _;
use std::time::Instant;

use rejoinder::dedup;
use rejoinder::thread::{Body, Draft, Duplicates, Gathered, GroupKind, Parent, Thread, Time};
use serde::Deserialize;

#[derive(Deserialize)]
struct Comment {
    id: String,
    parent_id: Option<String>,
    created: Option<i64>,
    body: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut file = None;
    let mut out = None;
    let mut repeat = 1;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--out" => out = args.next(),
            "--repeat" => repeat = args.next().and_then(|n| n.parse().ok()).unwrap_or(1),
            "--bench" => {}
            _ => file = Some(arg),
        }
    }
    let Some(file) = file else {
        println!("usage: dedup FILE.ndjson [--out CLUSTERS] [--repeat N]");
        return Ok(());
    };
    let thread = read(&file)?;
    let bytes: usize = thread.posts().iter().map(|post| post.text().len()).sum();
    for _ in 0..repeat {
        let (before, start, wall) = (memory()?, cpu()?, Instant::now());
        let found = dedup::find(&thread);
        let (cpu, wall) = (cpu()? - start, wall.elapsed().as_secs_f64());
        let posts = thread.posts().len();
        println!(
            "posts {posts} bytes {bytes} cpu {cpu:.4} wall {wall:.4} posts/cpu-s {:.0} peak+ {:.1} MB {}",
            posts as f64 / cpu,
            memory()?.saturating_sub(before) as f64 / 1e3,
            counts(&found),
        );
        if let Some(out) = &out {
            write(out, &thread, &found)?;
        }
    }
    Ok(())
}

fn counts(found: &Duplicates) -> String {
    let of = |kind| {
        found.groups().iter().flat_map(|group| &group.matches).filter(|repeat| repeat.kind == kind).count()
    };
    format!(
        "groups {} exact {} quoted {} near {} parts {}",
        found.groups().len(),
        of(GroupKind::Exact),
        of(GroupKind::Quoted),
        of(GroupKind::Near),
        found.parts().len()
    )
}

fn read(file: &str) -> Result<Thread, Box<dyn std::error::Error>> {
    let text = fs::read_to_string(file)?;
    let mut drafts = Vec::new();
    for line in text.lines() {
        let comment: Comment = serde_json::from_str(line)?;
        let parent = comment.parent_id.map_or(Parent::Unknown, Parent::Post);
        let mut draft = Draft::new(comment.id, parent);
        draft.written_at = comment.created.and_then(Time::from_unix);
        draft.body = Body::from_plain(&comment.body);
        drafts.push(draft);
    }
    Ok(Thread::assemble(Gathered { drafts, platform: "bench", ..Gathered::default() })?)
}

fn write(path: &str, thread: &Thread, found: &Duplicates) -> Result<(), Box<dyn std::error::Error>> {
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    for group in found.groups() {
        for member in group.members() {
            let id = &thread.post(member).native_id;
            writeln!(file, "{}", serde_json::json!({ "id": id, "cluster": group.first }))?;
        }
    }
    Ok(file.flush()?)
}

/// CPU seconds of this process so far, all threads.
fn cpu() -> Result<f64, Box<dyn std::error::Error>> {
    let mut nanoseconds = 0u64;
    for task in fs::read_dir("/proc/self/task")? {
        let text = fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(nanoseconds as f64 / 1e9)
}

/// Peak memory of this process so far, in kB.
fn memory() -> Result<u64, Box<dyn std::error::Error>> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    Ok(line.split_whitespace().nth(1).unwrap_or("0").parse()?)
}

//! Many threads with one command: which they are, who works at them at once, what is said of each.
//!
//! It is told how one thread is done and knows nothing of reading or judging.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use url::Url;

use crate::output::{self, slug};
use crate::progress::{Progress, shown};
use rejoinder::error::{Error, Result};

/// Bytes of a list of sources.
const LONGEST_LIST: u64 = 16 << 20;

/// Hosts asked at once. Each host is asked for one page after another however many there are.
const HOSTS: usize = 8;

/// Stack of a worker: what the main thread of a program has.
const STACK: usize = 8 << 20;

/// One thread to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Where it is.
    pub source: String,
    /// The name of its report, without an ending; no other job has it.
    pub name: String,
    /// The host, when it is asked for on the web.
    host: Option<String>,
}

/// The threads of a folder (each of its files and folders is one), or of a file that lists sources, one a
/// line. `beside` is the folder of the reports, which is none of them.
pub fn jobs(source: &str, beside: &Path) -> Result<Vec<Job>> {
    let failed = |error| Error::File { action: "read", path: source.into(), source: error };
    let is_folder = fs::metadata(source).map_err(failed)?.is_dir();
    let sources = if is_folder { entries(Path::new(source), beside) } else { lines(source) };
    let sources = sources.map_err(failed)?;
    let mut taken = BTreeSet::new();
    let jobs: Vec<Job> = sources.into_iter().map(|source| job(source, &mut taken)).collect();
    if jobs.is_empty() {
        let reason = "there is no thread in it; --each takes a folder of saved threads or a file that lists \
                      sources, one a line";
        return Err(Error::Source { source_text: source.to_owned(), reason: reason.to_owned() });
    }
    Ok(jobs)
}

/// How many are done at once: those on this machine by its cores, those on the web by their hosts.
pub fn workers(jobs: &[Job], cores: usize) -> usize {
    let hosts = hosts(jobs).len();
    let units = hosts + jobs.iter().filter(|job| job.host.is_none()).count();
    cores.max(hosts.min(HOSTS)).min(units).max(1)
}

/// The hosts that are asked.
pub fn hosts(jobs: &[Job]) -> BTreeSet<&str> {
    jobs.iter().filter_map(|job| job.host.as_deref()).collect()
}

/// Does all jobs, so many at once, and says of each that fails why, in the order of the jobs; returns how
/// many failed. Between two threads of one host is a pause of `wait`.
pub fn run(
    jobs: &[Job],
    workers: usize,
    wait: Duration,
    progress: &Progress,
    one: &(dyn Fn(&Job) -> Result<()> + Sync),
) -> Result<usize> {
    let units = units(jobs);
    let next = AtomicUsize::new(0);
    let (tell, told) = mpsc::channel();
    let work = |tell: mpsc::Sender<(usize, Option<String>)>| {
        while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
            for (nth, &at) in unit.iter().enumerate() {
                if nth > 0 {
                    thread::sleep(wait);
                }
                let Some(job) = jobs.get(at) else { continue };
                // Nobody listens any more only when the program is ending.
                let _ = tell.send((at, failure(job, one)));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..workers {
            let (tell, work) = (tell.clone(), &work);
            let spawned = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || work(tell));
            spawned.map_err(|source| Error::File {
                action: "start a thread for",
                path: "--each".into(),
                source,
            })?;
        }
        drop(tell);
        Ok(listen(jobs, &told, progress))
    })
}

/// Says what the workers tell; returns how many jobs failed.
fn listen(jobs: &[Job], told: &mpsc::Receiver<(usize, Option<String>)>, progress: &Progress) -> usize {
    let (mut failed, mut done, mut next) = (0, 0, 0);
    let mut early = BTreeMap::new();
    for (at, failure) in told {
        done += 1;
        progress.threads(done, jobs.len());
        early.insert(at, failure);
        while let Some(failure) = early.remove(&next) {
            if let (Some(reason), Some(job)) = (failure, jobs.get(next)) {
                failed += 1;
                progress.close_line();
                // One line each, whatever the reason holds.
                let line = format!("failed: {}: {reason}", job.source).replace('\n', " ");
                let _ = writeln!(io::stderr(), "{}", shown(&line));
            }
            next += 1;
        }
    }
    progress.close_line();
    failed
}

/// Why a job could not be done. A fault of this program at one thread is no reason to leave the others.
fn failure(job: &Job, one: &(dyn Fn(&Job) -> Result<()> + Sync)) -> Option<String> {
    match catch_unwind(AssertUnwindSafe(|| one(job))) {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(output::reason(&error)),
        Err(_) => Some("this program failed at it, which is a fault of the program".to_owned()),
    }
}

/// The jobs as workers take them: those of one host together, all others alone.
fn units(jobs: &[Job]) -> Vec<Vec<usize>> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut of_host = BTreeMap::new();
    for (at, job) in jobs.iter().enumerate() {
        let known = job.host.as_ref().and_then(|host| of_host.get(host)).copied();
        match known.and_then(|unit: usize| units.get_mut(unit)) {
            Some(unit) => unit.push(at),
            None => {
                of_host.extend(job.host.clone().map(|host| (host, units.len())));
                units.push(vec![at]);
            }
        }
    }
    units
}

fn entries(folder: &Path, beside: &Path) -> io::Result<Vec<String>> {
    let beside = fs::canonicalize(beside).ok();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && (beside.is_none() || fs::canonicalize(&path).ok() != beside) {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found.sort();
    Ok(found)
}

fn lines(list: &str) -> io::Result<Vec<String>> {
    let mut text = String::new();
    let length = File::open(list)?.take(LONGEST_LIST + 1).read_to_string(&mut text)?;
    if length as u64 > LONGEST_LIST {
        let reason = format!("a list of sources has {LONGEST_LIST} bytes at most");
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

fn job(source: String, taken: &mut BTreeSet<String>) -> Job {
    let url = Url::parse(&source).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.filter(|_| !Path::new(&source).exists());
    let host = url.as_ref().and_then(|url| url.host_str()).map(str::to_owned);
    let words = match &url {
        Some(url) => source.split_once("://").map_or(url.as_str(), |(_, rest)| rest).to_owned(),
        None => stem(&source),
    };
    let bare = slug(&words, "a");
    let mut name = bare.clone();
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{bare}-{number}");
    }
    Job { source, name, host }
}

/// A file's name without its endings.
fn stem(path: &str) -> String {
    let name =
        |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let path = Path::new(path);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz" | "zst") => name(Path::new(&name(path))),
        _ => name(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sources: &[&str]) -> Vec<Job> {
        let mut taken = BTreeSet::new();
        sources.iter().map(|source| job((*source).to_owned(), &mut taken)).collect()
    }

    #[test]
    fn every_thread_has_a_name_of_its_own() {
        let jobs = of(&["a/t.html", "b/t.json.gz", "https://f.example/t/1?page=2", "a/???"]);
        let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
        assert_eq!(names, ["t", "t-2", "f-example-t-1-page-2", "a-thread"]);
    }

    #[test]
    fn the_threads_of_one_host_are_done_one_after_another() {
        let jobs = of(&["https://f.example/1", "x.html", "https://g.example/1", "http://f.example:80/2"]);
        assert_eq!(units(&jobs), [vec![0, 3], vec![1], vec![2]]);
        assert_eq!((workers(&jobs, 1), workers(&jobs, 2), workers(&jobs, 64)), (2, 2, 3));
    }

    #[test]
    fn a_fault_at_one_thread_leaves_the_others() {
        let jobs = of(&["a", "b", "c", "d"]);
        let done = AtomicUsize::new(0);
        let failed = run(&jobs, 2, Duration::ZERO, &Progress::new(true), &|job| {
            done.fetch_add(1, Ordering::Relaxed);
            assert_ne!(job.source, "b", "a fault");
            match job.source.as_str() {
                "c" => Err(Error::NotSaved { url: "c".to_owned() }),
                _ => Ok(()),
            }
        });
        assert_eq!((failed.unwrap(), done.into_inner()), (2, 4));
    }
}

//! Recordings: a folder that keeps every answer of the web, and the fetcher that answers from it.
//!
//! The files are the answers' own bytes, decompressed, under names made here and never by the server. A
//! recording belongs to whoever made it: nothing in it that came from another thread is overwritten.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use url::Url;

use super::answer::Answer;
use super::manifest::{self, Entry};
use super::{Fetcher, Media, Page, Request, Settings, Web, load};
use crate::error::{Error, Result};
use crate::thread::Time;

/// The web, with every answer kept in a folder.
pub struct Recorder {
    web: Web,
    folder: RefCell<Folder>,
}

impl Recorder {
    /// Records into this folder, which is made when it does not exist.
    ///
    /// An existing recording is continued: an address that it has is replaced, others are added. A folder
    /// with anything else in it is refused.
    pub fn new(web: Web, folder: impl Into<PathBuf>) -> Result<Self> {
        Ok(Self { web, folder: RefCell::new(Folder::open(folder.into())?) })
    }
}

impl Fetcher for Recorder {
    fn fetch(&self, request: &Request) -> Result<Page> {
        let answer = self.web.answer(request)?;
        self.folder.borrow_mut().keep(request, &answer)?;
        answer.page()
    }

    fn finished(&self) {
        self.web.finished();
    }

    fn forget(&self, request: &Request) {
        self.web.forget(request);
    }
}

/// A folder that is being recorded into.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    entries: Vec<Entry>,
    /// Whether the next answer is the first of this reading.
    at_start: bool,
    /// The highest number that a file here begins with.
    last_number: u64,
}

impl Folder {
    fn open(path: PathBuf) -> Result<Self> {
        let failed = |source| Error::File { action: "write", path: path.clone(), source };
        fs::create_dir_all(&path).map_err(failed)?;
        let entries = manifest::read(&path)?;
        let mut last_number = 0;
        for entry in fs::read_dir(&path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            if entries.is_none() && !name.starts_with('.') {
                let reason = "it is not empty and holds no recording; give --save a new folder";
                return Err(manifest::broken(&path, reason));
            }
            let number = name.split('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0);
            last_number = last_number.max(number);
        }
        if let Some(entries) = &entries {
            // Mends a last line that was cut off, so that the next one can be appended.
            manifest::write(&path, entries)?;
        }
        Ok(Self { path, entries: entries.unwrap_or_default(), at_start: true, last_number })
    }

    /// Writes the answer's file, then its line: a line never names a file that is not there.
    fn keep(&mut self, request: &Request, answer: &Answer) -> Result<()> {
        let asked = manifest::asked(request);
        let wants = manifest::wants(request);
        let known = self.entries.iter().position(|entry| entry.asked == asked && entry.wants == wants);
        let reusable = known
            .and_then(|at| self.entries.get(at))
            .filter(|entry| manifest::path_of(&self.path, entry).is_ok())
            .map(|entry| (entry.file.clone(), entry.start));
        let (file, was_start) = reusable.unwrap_or_else(|| {
            self.last_number = self.last_number.saturating_add(1);
            (file_name(self.last_number, answer), false)
        });
        manifest::write_file(&self.path, &file, &answer.bytes)?;
        let entry = Entry {
            file,
            asked,
            url: answer.url.to_string(),
            wants: wants.to_owned(),
            status: answer.status,
            content_type: answer.content_type.clone(),
            fetched_at: answer.fetched_at.map(|time| time.to_string()),
            start: was_start || std::mem::take(&mut self.at_start),
        };
        match known.and_then(|at| self.entries.get_mut(at)) {
            Some(old) => {
                *old = entry;
                manifest::write(&self.path, &self.entries)
            }
            None => {
                manifest::append(&self.path, &entry)?;
                self.entries.push(entry);
                Ok(())
            }
        }
    }
}

/// A name such as `0007-example-org-t-123.html`: a number for the order, the rest for people.
fn file_name(number: u64, answer: &Answer) -> String {
    const LONGEST: usize = 60;
    let address = format!("{}{}", answer.url.host_str().unwrap_or_default(), answer.url.path());
    let mut slug = String::new();
    for c in address.chars() {
        if slug.len() >= LONGEST {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let extension = match answer.media() {
        Media::Html => "html",
        Media::Json => "json",
        Media::Ndjson => "ndjson",
        Media::Mbox => "mbox",
        Media::Plain | Media::Unknown => "txt",
    };
    format!("{number:04}-{}.{extension}", slug.trim_end_matches('-'))
}

/// A recording, answering requests for the addresses that it holds and for no others.
#[derive(Debug)]
pub struct Saved {
    folder: PathBuf,
    entries: Vec<Entry>,
    max_bytes: u64,
}

impl Saved {
    /// The recording in this folder; `None` when the folder holds none.
    pub fn open(folder: &Path, settings: &Settings) -> Result<Option<Self>> {
        let entries = manifest::read(folder)?;
        Ok(entries.map(|entries| Self { folder: folder.to_owned(), entries, max_bytes: settings.max_bytes }))
    }

    /// The page that a reading began with: the one from this address, or the first.
    pub(super) fn first(&self, url: Option<&Url>) -> Result<Page> {
        if let Some(url) = url {
            return match self
                .find(&Request::page(url.clone()))
                .or_else(|| self.find(&Request::json(url.clone())))
            {
                Some(entry) => self.page(entry),
                None => Err(self.unknown(url)),
            };
        }
        match self.entries.iter().find(|entry| entry.start).or(self.entries.first()) {
            Some(entry) => self.page(entry),
            None => Err(manifest::broken(&self.folder, "the recording holds no pages")),
        }
    }

    /// The page of one of its files; `None` when the manifest does not name it.
    pub(super) fn file(&self, name: &OsStr) -> Option<Result<Page>> {
        let entry = self.entries.iter().rev().find(|entry| name == entry.file.as_str())?;
        Some(self.page(entry))
    }

    /// The error of a start that is not here, naming some that are.
    fn unknown(&self, url: &Url) -> Error {
        let starts = self.entries.iter().filter(|entry| entry.start).take(5);
        let known: Vec<&str> = starts.map(|entry| entry.asked.as_str()).collect();
        Error::Unknown { kind: "page of the recording", given: url.to_string(), known: known.join(", ") }
    }

    fn find(&self, request: &Request) -> Option<&Entry> {
        // What was asked for goes before where it led; the last line wins.
        let asked = manifest::asked(request);
        let mut matching = self.entries.iter().rev().filter(|entry| entry.answers(request));
        matching.clone().find(|entry| entry.asked == asked).or_else(|| matching.next())
    }

    fn page(&self, entry: &Entry) -> Result<Page> {
        let url = Url::parse(&entry.url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(url) = url else {
            let reason = format!("'{}' in its manifest is no web address", entry.url);
            return Err(manifest::broken(&self.folder, &reason));
        };
        let path = manifest::path_of(&self.folder, entry)?;
        let bytes = load::read_file(&path, self.max_bytes)?;
        Answer {
            url,
            status: entry.status,
            content_type: entry.content_type.clone(),
            fetched_at: entry.fetched_at.as_deref().and_then(Time::parse),
            bytes,
        }
        .page()
    }
}

impl Fetcher for Saved {
    fn fetch(&self, request: &Request) -> Result<Page> {
        match self.find(request) {
            Some(entry) => self.page(entry),
            None => Err(Error::NotSaved { url: request.url.to_string() }),
        }
    }
}

/// Two fetchers in turn: the second is asked for what the first has not saved.
pub struct Fallback<A, B> {
    /// Asked first.
    pub first: A,
    /// Asked for what the first does not have.
    pub second: B,
}

impl<A: Fetcher, B: Fetcher> Fetcher for Fallback<A, B> {
    fn fetch(&self, request: &Request) -> Result<Page> {
        match self.first.fetch(request) {
            Err(Error::NotSaved { .. }) => self.second.fetch(request),
            answered => answered,
        }
    }

    fn finished(&self) {
        self.first.finished();
        self.second.finished();
    }

    fn forget(&self, request: &Request) {
        self.first.forget(request);
        self.second.forget(request);
    }
}

#[cfg(test)]
mod tests;

//! Pages kept on this machine between runs, so that nothing is asked for twice without need.
//!
//! One file an answer: a line of JSON that says what it is, then its bytes. Files appear whole or not at
//! all, are checked when they are read, and a damaged one counts as none. Errors are never kept, nor what
//! was fetched with cookies or headers of the user unless the user wants that.
//!
//! **How a reading that broke off is continued.** Most forums forbid keeping their pages (`no-store` is what
//! PHP says unless told otherwise), so freshness alone would continue nothing. A reading therefore leaves a
//! mark when it begins and takes it away when it is complete. Who begins the same reading while the mark is
//! there and not too old goes on with the pages that were fetched since. Pages that must not be stored are
//! kept for that only, and go with the mark.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::answer::Answer;
use super::{Request, manifest};
use crate::error::{Error, Result};
use crate::thread::Time;

/// How long a reading that broke off may be continued. Later the thread has moved on.
const UNFINISHED: i64 = 6 * 3600;

/// A page is believed to be fresh for so long at most, whatever its server says: threads grow.
const FRESHEST: i64 = 3600;

/// Bytes of the line before an answer's own bytes.
const MAX_HEAD: u64 = 64 << 10;

/// Where pages are kept and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// The folder; made when it does not exist.
    pub folder: PathBuf,
    /// Bytes of all files together; the oldest go first.
    pub max_bytes: u64,
    /// Whether answers to requests with cookies or headers of the user are kept as well.
    pub private: bool,
}

/// What is known of a kept answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Head {
    /// The request and who made it, so that a collision of names is seen.
    key: String,
    url: String,
    status: u16,
    content_type: Option<String>,
    fetched_at: i64,
    fresh_until: i64,
    etag: Option<String>,
    last_modified: Option<String>,
    /// Whether it may outlive the reading that it was fetched for.
    passing: bool,
    length: u64,
    sha256: String,
}

/// What a server says about keeping an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) age: Option<String>,
}

/// An answer that was kept.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) answer: Answer,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    fetched_at: i64,
    fresh_until: i64,
    passing: bool,
}

/// The folder, during one reading.
#[derive(Debug)]
pub(super) struct Cache {
    keep: Keep,
    /// Tells apart what different people are shown.
    identity: String,
    now: i64,
    /// Set by the first request: the mark of this reading, and since when its pages were fetched.
    reading: Option<(PathBuf, i64)>,
    /// Files to take away when the reading is complete.
    passing: Vec<PathBuf>,
    size: u64,
}

impl Cache {
    /// Opens the folder and makes room in it. `identity` is empty for a stranger.
    pub(super) fn open(keep: &Keep, identity: String, now: i64) -> Result<Self> {
        let failed = |source| Error::File { action: "write", path: keep.folder.clone(), source };
        for folder in [keep.folder.clone(), keep.folder.join(MARKS)] {
            fs::create_dir_all(&folder).map_err(failed)?;
            close_to_others(&folder);
        }
        let size = make_room(&keep.folder, keep.max_bytes, now);
        Ok(Self { keep: keep.clone(), identity, now, reading: None, passing: Vec::new(), size })
    }

    /// Notes that a reading begins with this request; says since when it goes on if it was broken off.
    pub(super) fn begin(&mut self, request: &Request) -> Option<Time> {
        if self.reading.is_some() {
            return None;
        }
        let mark = self.keep.folder.join(MARKS).join(name(&format!("mark {}", self.key(request))));
        let begun = fs::read_to_string(&mark).ok().and_then(|text| text.trim().parse::<i64>().ok());
        let going_on = begun.filter(|begun| (0..UNFINISHED).contains(&self.now.saturating_sub(*begun)));
        if going_on.is_none() {
            // Without a mark nothing can be continued; the reading itself does not need it.
            let _ = write_whole(&mark, &[self.now.to_string().as_bytes()]);
        }
        // A reading that begins has no pages yet, also when another of the same second left some.
        self.reading = Some((mark, going_on.unwrap_or(i64::MAX)));
        going_on.and_then(Time::from_unix)
    }

    /// The reading is complete: what was kept for its sake only goes.
    pub(super) fn finish(&mut self) {
        for path in self.passing.drain(..) {
            let _ = fs::remove_file(path);
        }
        if let Some((mark, _)) = &self.reading {
            let _ = fs::remove_file(mark);
        }
    }

    /// What was kept of this request's answer.
    pub(super) fn find(&mut self, request: &Request, max_bytes: u64) -> Option<Kept> {
        let key = self.key(request);
        let [lasting, passing] = self.paths(&key);
        let read = |path: &Path| read(path, &key, max_bytes);
        let found = read(&passing).or_else(|| read(&lasting))?;
        let since = self.reading.as_ref().map_or(self.now, |(_, since)| *since);
        if found.passing {
            self.passing.push(passing);
            if found.fetched_at < since {
                return None;
            }
        }
        Some(found)
    }

    /// Whether a kept answer may be used without asking.
    pub(super) fn is_fresh(&self, kept: &Kept) -> bool {
        let since = self.reading.as_ref().map_or(i64::MAX, |(_, since)| *since);
        // A clock that was set back makes nothing fresh.
        kept.fetched_at <= self.now.saturating_add(60)
            && (kept.fetched_at >= since || self.now < kept.fresh_until)
    }

    /// Keeps an answer, if its server, its size and the user's wishes allow.
    pub(super) fn put(&mut self, request: &Request, answer: &Answer, terms: &Terms) {
        let length = answer.bytes.len() as u64;
        if (!self.identity.is_empty() && !self.keep.private) || length > self.keep.max_bytes / 4 {
            return;
        }
        let fetched_at = answer.fetched_at.map_or(self.now, Time::unix);
        let key = self.key(request);
        let head = Head {
            url: answer.url.to_string(),
            status: answer.status,
            content_type: answer.content_type.clone(),
            fetched_at,
            fresh_until: fetched_at.saturating_add(lifetime(terms)),
            etag: terms.etag.clone(),
            last_modified: terms.last_modified.clone(),
            passing: says(terms, "no-store").is_some(),
            length,
            sha256: hex(&Sha256::digest(&answer.bytes)),
            key,
        };
        let Ok(line) = serde_json::to_string(&head) else { return };
        let size = length.saturating_add(line.len() as u64 + 1);
        if self.size.saturating_add(size) > self.keep.max_bytes {
            self.size = make_room(&self.keep.folder, self.keep.max_bytes.saturating_sub(size), self.now);
        }
        let [lasting, passing] = self.paths(&head.key);
        let (path, other) = if head.passing { (passing, lasting) } else { (lasting, passing) };
        let _ = fs::remove_file(other);
        // A full disk costs the cache, not the reading.
        if write_whole(&path, &[line.as_bytes(), b"\n", &answer.bytes]).is_ok() {
            self.size = self.size.saturating_add(size);
            if head.passing {
                self.passing.push(path);
            }
        }
    }

    /// Takes away what was kept of a request's answer.
    pub(super) fn forget(&self, request: &Request) {
        for path in self.paths(&self.key(request)) {
            let _ = fs::remove_file(path);
        }
    }

    /// The file of an answer, and the one it has when it may not outlive its reading.
    fn paths(&self, key: &str) -> [PathBuf; 2] {
        let name = name(key);
        [self.keep.folder.join(&name), self.keep.folder.join(MARKS).join(&name)]
    }

    fn key(&self, request: &Request) -> String {
        format!("{} {} {}", manifest::wants(request), self.identity, manifest::asked(request))
    }
}

/// The folder of the marks and of what goes with them, in the folder of the pages. Nothing in it grows old.
const MARKS: &str = "unfinished";

impl Kept {
    /// Headers that ask only for what has changed.
    pub(super) fn conditions(&self) -> Vec<(String, String)> {
        let header = |name: &str, value: &Option<String>| Some((name.to_owned(), value.clone()?));
        let tag = header("if-none-match", &self.etag);
        tag.into_iter().chain(header("if-modified-since", &self.last_modified)).collect()
    }

    /// The terms after the server said that nothing has changed: those it repeats, else those it gave.
    pub(super) fn renewed(&self, terms: Terms) -> Terms {
        Terms {
            etag: terms.etag.or_else(|| self.etag.clone()),
            last_modified: terms.last_modified.or_else(|| self.last_modified.clone()),
            cache_control: terms.cache_control.or_else(|| self.passing.then(|| "no-store".to_owned())),
            age: terms.age,
        }
    }
}

/// Seconds for which an answer may be used without asking.
fn lifetime(terms: &Terms) -> i64 {
    let forbidden = ["no-store", "no-cache"].iter().any(|word| says(terms, word).is_some());
    let max_age = says(terms, "max-age").and_then(|value| value.parse::<i64>().ok()).unwrap_or(0);
    let age = terms.age.as_deref().and_then(|age| age.trim().parse::<i64>().ok()).unwrap_or(0);
    if forbidden { 0 } else { max_age.saturating_sub(age.max(0)).clamp(0, FRESHEST) }
}

/// The value of a word in Cache-Control; empty when the word stands alone.
fn says<'a>(terms: &'a Terms, word: &str) -> Option<&'a str> {
    terms.cache_control.as_deref()?.split(',').find_map(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        key.trim().eq_ignore_ascii_case(word).then(|| value.trim().trim_matches('"'))
    })
}

fn name(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path, key: &str, max_bytes: u64) -> Option<Kept> {
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let mut file = BufReader::new(File::open(path).ok()?);
    let mut line = String::new();
    file.by_ref().take(MAX_HEAD).read_line(&mut line).ok()?;
    let head: Head = serde_json::from_str(&line).ok()?;
    if head.key != key || head.length > max_bytes {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(head.length.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 != head.length || hex(&Sha256::digest(&bytes)) != head.sha256 {
        return None;
    }
    let url = Url::parse(&head.url).ok()?;
    let answer = Answer {
        url,
        status: head.status,
        content_type: head.content_type,
        fetched_at: Time::from_unix(head.fetched_at),
        bytes,
    };
    Some(Kept {
        answer,
        etag: head.etag,
        last_modified: head.last_modified,
        fetched_at: head.fetched_at,
        fresh_until: head.fresh_until,
        passing: head.passing,
    })
}

/// Writes a file whole or not at all, also when two runs write the same one.
fn write_whole(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let process = std::process::id();
    let part = path.with_extension(format!("{process}.part"));
    let _ = fs::remove_file(&part);
    let written = OpenOptions::new().write(true).create_new(true).open(&part).and_then(|mut file| {
        close_to_others(&part);
        parts.iter().try_for_each(|bytes| file.write_all(bytes))
    });
    written.and_then(|()| fs::rename(&part, path)).inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })
}

/// What people read is their own business.
#[cfg(unix)]
fn close_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if path.is_dir() { 0o700 } else { 0o600 };
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn close_to_others(_path: &Path) {}

/// Removes the oldest files until no more than `most` bytes are left, and old marks and torn files; says
/// how many bytes there are. Only files with names that this module makes are touched.
fn make_room(folder: &Path, most: u64, now: i64) -> u64 {
    let mut files = Vec::new();
    for folder in [folder.to_owned(), folder.join(MARKS)] {
        let is_marks = folder.ends_with(MARKS);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(found) = entry.metadata() else { continue };
            let file = entry.file_name().to_string_lossy().into_owned();
            let (stem, ending) = file.split_once('.').unwrap_or((&file, ""));
            if !found.is_file() || stem.len() != 64 || !stem.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                continue;
            }
            let since =
                found.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
            let since = since.unwrap_or(Duration::ZERO);
            let age = now.saturating_sub(i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
            let worthless = if ending.is_empty() { is_marks && age > UNFINISHED } else { age > 600 };
            if worthless {
                let _ = fs::remove_file(entry.path());
            } else {
                files.push((since, entry.path(), found.len()));
            }
        }
    }
    files.sort();
    let mut size = files.iter().fold(0u64, |sum, (_, _, length)| sum.saturating_add(*length));
    for (_, path, length) in files {
        if size <= most {
            break;
        }
        if fs::remove_file(path).is_ok() {
            size = size.saturating_sub(length);
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clock of the files, which the test cannot set.
    fn now() -> i64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        since.as_secs() as i64
    }

    fn open(folder: &Path, now: i64) -> Cache {
        let keep = Keep { folder: folder.to_owned(), max_bytes: 4_000, private: false };
        Cache::open(&keep, String::new(), now).unwrap()
    }

    fn request(at: &str) -> Request {
        Request::page(Url::parse(&format!("https://a.example/{at}")).unwrap())
    }

    fn answer(at: &str, now: i64) -> Answer {
        Answer {
            url: request(at).url,
            status: 200,
            content_type: None,
            fetched_at: Time::from_unix(now),
            bytes: format!("page {at}").into_bytes(),
        }
    }

    fn terms(cache_control: &str) -> Terms {
        Terms { cache_control: Some(cache_control.to_owned()), ..Terms::default() }
    }

    #[test]
    fn a_page_is_fresh_for_as_long_as_its_server_says_and_no_longer_than_an_hour() {
        for (said, age, seconds) in [
            ("max-age=60", None, 60),
            ("public, Max-Age=\"60\"", Some("20"), 40),
            ("max-age=99999999", None, FRESHEST),
            ("no-cache, max-age=60", None, 0),
            ("no-store", None, 0),
            ("max-age=-5", None, 0),
            ("max-age=soon", None, 0),
        ] {
            let terms = Terms { age: age.map(str::to_owned), ..terms(said) };
            assert_eq!(lifetime(&terms), seconds, "{said}");
        }
    }

    #[test]
    fn a_reading_that_broke_off_goes_on_with_its_pages_and_a_complete_one_begins_afresh() {
        let began = now();
        let folder = tempfile::tempdir().unwrap();
        let mut first = open(folder.path(), began);
        assert_eq!(first.begin(&request("1")), None);
        first.put(&request("1"), &answer("1", began), &terms("no-store"));
        first.put(&request("2"), &answer("2", began), &Terms::default());
        drop(first);

        let mut second = open(folder.path(), began + 100);
        assert_eq!(second.begin(&request("1")), Time::from_unix(began));
        for at in ["1", "2"] {
            let kept = second.find(&request(at), 100).unwrap();
            assert!(second.is_fresh(&kept));
            assert_eq!(kept.answer.bytes, format!("page {at}").into_bytes());
        }
        second.finish();

        let mut third = open(folder.path(), began + 200);
        assert_eq!(third.begin(&request("1")), None);
        assert!(third.find(&request("1"), 100).is_none(), "it must not be stored");
        let kept = third.find(&request("2"), 100).unwrap();
        assert!(!third.is_fresh(&kept), "it must be asked about");
        drop(third);
        assert_eq!(open(folder.path(), began + 200 + UNFINISHED).begin(&request("1")), None, "too old");
    }

    #[test]
    fn what_is_damaged_counts_as_nothing() {
        let began = now();
        let folder = tempfile::tempdir().unwrap();
        let mut cache = open(folder.path(), began);
        cache.put(&request("1"), &answer("1", began), &terms("max-age=100"));
        let path = folder.path().join(name(&cache.key(&request("1"))));
        let whole = fs::read(&path).unwrap();
        assert!(cache.find(&request("1"), 100).is_some());
        assert!(cache.find(&request("1"), 3).is_none(), "larger than the limit of today");
        for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(cache.find(&request("1"), 100).is_none(), "{cut}");
        }
        let mut other = whole.clone();
        *other.last_mut().unwrap() ^= 1;
        fs::write(&path, other).unwrap();
        assert!(cache.find(&request("1"), 100).is_none());
    }

    #[test]
    fn the_folder_keeps_within_its_size_and_leaves_other_files_alone() {
        let began = now();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        let mut cache = open(folder.path(), began);
        for at in 0..40 {
            cache.put(&request(&at.to_string()), &answer("x", began), &Terms::default());
        }
        cache.put(
            &request("huge"),
            &Answer { bytes: vec![b'x'; 1_001], ..answer("x", began) },
            &Terms::default(),
        );
        let sizes = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap());
        assert!(sizes.filter(|found| found.is_file()).map(|found| found.len()).sum::<u64>() <= 4_000 + 4);
        assert!(cache.find(&request("huge"), 2_000).is_none());
        assert_eq!(fs::read_to_string(folder.path().join("notes.txt")).unwrap(), "mine");
    }

    #[test]
    fn what_a_known_visitor_sees_is_kept_only_when_wanted_and_for_that_visitor() {
        let began = now();
        let folder = tempfile::tempdir().unwrap();
        let who = "somebody".to_owned();
        for private in [false, true] {
            let keep = Keep { folder: folder.path().to_owned(), max_bytes: 4_000, private };
            let mut cache = Cache::open(&keep, who.clone(), began).unwrap();
            cache.put(&request("1"), &answer("1", began), &terms("max-age=100"));
            assert_eq!(cache.find(&request("1"), 100).is_some(), private);
        }
        assert!(
            open(folder.path(), began).find(&request("1"), 100).is_none(),
            "a stranger sees something else"
        );
    }
}

//! The list of pages in a recording: `rejoinder.ndjson`, one line a page.
//!
//! A recording may come from somebody else, so no line of it leads out of its folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Request, Wants};
use crate::error::{Error, Result};

/// The manifest's name in the folder.
pub(super) const NAME: &str = "rejoinder.ndjson";

/// Bytes of a manifest; a hundred thousand pages fit.
const MAX_BYTES: u64 = 32 << 20;

/// One page of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The file's bare name.
    pub(super) file: String,
    /// The address that was asked, without fragment.
    pub(super) asked: String,
    /// The address that answered, after redirects.
    pub(super) url: String,
    /// `html` or `json`: one address may answer both ways.
    pub(super) wants: String,
    pub(super) status: u16,
    #[serde(default)]
    pub(super) content_type: Option<String>,
    /// RFC 3339.
    #[serde(default)]
    pub(super) fetched_at: Option<String>,
    /// Whether a reading began with this page.
    #[serde(default)]
    pub(super) start: bool,
}

impl Entry {
    /// Whether it was recorded for this request.
    pub(super) fn answers(&self, request: &Request) -> bool {
        self.wants == wants(request) && (self.asked == asked(request) || self.url == asked(request))
    }
}

/// The address of a request as manifests write it.
pub(super) fn asked(request: &Request) -> String {
    let mut url = request.url.clone();
    url.set_fragment(None);
    url.into()
}

/// The wanted kind of a request as manifests write it.
pub(super) fn wants(request: &Request) -> &'static str {
    match request.wants {
        Wants::Html => "html",
        Wants::Json => "json",
    }
}

/// The lines of a folder's manifest; `None` when it has none. A last line that was cut off while it was
/// written is passed over.
pub(super) fn read(folder: &Path) -> Result<Option<Vec<Entry>>> {
    let path = folder.join(NAME);
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::File { action: "read", path, source }),
        Ok(found) if !found.is_file() => return Err(broken(folder, "its manifest is not a plain file")),
        Ok(_) => {}
    }
    let failed = |source| Error::File { action: "read", path: path.clone(), source };
    let mut text = String::new();
    let file = File::open(&path).map_err(failed)?;
    file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(broken(folder, &format!("its manifest is larger than {MAX_BYTES} bytes")));
    }
    let mut entries = Vec::new();
    let lines = text.split_inclusive('\n').enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Entry>(line) {
            Ok(entry) => entries.push(entry),
            Err(_) if !line.ends_with('\n') => {}
            Err(error) => {
                return Err(broken(folder, &format!("line {} of {NAME} is no page: {error}", number + 1)));
            }
        }
    }
    Ok(Some(entries))
}

/// Writes the whole manifest, or leaves the old one.
pub(super) fn write(folder: &Path, entries: &[Entry]) -> Result<()> {
    let mut text = String::new();
    for entry in entries {
        text.push_str(&line(folder, entry)?);
    }
    write_file(folder, NAME, text.as_bytes())
}

/// Adds one line.
pub(super) fn append(folder: &Path, entry: &Entry) -> Result<()> {
    let path = folder.join(NAME);
    let line = line(folder, entry)?;
    let file = OpenOptions::new().append(true).create(true).open(&path);
    file.and_then(|mut file| file.write_all(line.as_bytes())).map_err(|source| Error::File {
        action: "write",
        path,
        source,
    })
}

fn line(folder: &Path, entry: &Entry) -> Result<String> {
    match serde_json::to_string(entry) {
        Ok(line) => Ok(line + "\n"),
        Err(error) => Err(Error::File { action: "write", path: folder.join(NAME), source: error.into() }),
    }
}

/// Writes a file of the folder whole or not at all. A link that stands in its place is replaced, not followed.
pub(super) fn write_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    let part = folder.join(format!(".{name}.part"));
    let written = match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => OpenOptions::new().write(true).create_new(true).open(&part),
    };
    written
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&part, &path))
        .map_err(|source| Error::File { action: "write", path, source })
}

/// The file that a line names, when it is a plain file right in the folder.
pub(super) fn path_of(folder: &Path, entry: &Entry) -> Result<PathBuf> {
    let name = entry.file.as_str();
    let plain = !name.is_empty()
        && !name.starts_with('.')
        && !name.contains(['/', '\\', ':', '\0'])
        && Path::new(name).file_name().is_some_and(|file| file == name);
    if !plain {
        return Err(broken(folder, &format!("it names the file '{name}', which is not a plain name in it")));
    }
    let path = folder.join(name);
    match fs::symlink_metadata(&path) {
        Ok(found) if found.is_file() => Ok(path),
        Ok(_) => Err(broken(folder, &format!("'{name}' is a link or a folder, not a saved page"))),
        Err(source) => Err(Error::File { action: "read", path, source }),
    }
}

/// The error of a folder that cannot be used as a recording.
pub(super) fn broken(folder: &Path, reason: &str) -> Error {
    Error::Source { source_text: folder.display().to_string(), reason: reason.to_owned() }
}

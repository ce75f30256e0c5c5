//! What the user points at: an address, a file, a folder of saved pages, or standard input.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use url::Url;

use super::{Saved, Settings};
use crate::error::{Error, Result};

/// Where a thread is to be read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An address on the web, to be asked through a [`super::Web`].
    Url(Url),
    /// A file on this machine.
    File {
        /// The file.
        path: PathBuf,
        /// Where its page came from, when the user says so.
        url: Option<Url>,
    },
    /// A folder with the saved pages of one thread, or a recording.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Where its first page came from, when the user says so.
        url: Option<Url>,
    },
    /// Standard input.
    Input {
        /// Where its page came from, when the user says so.
        url: Option<Url>,
    },
}

impl Source {
    /// Reads the word of the command line, and the value of `--url` if there is one.
    ///
    /// What exists on this machine is taken for that; otherwise the word must be an address with its scheme.
    pub fn parse(word: impl AsRef<OsStr>, url: Option<&str>) -> Result<Self> {
        let word = word.as_ref();
        let text = word.to_string_lossy();
        let reject = |reason: &str| {
            Err(Error::Source { source_text: text.clone().into_owned(), reason: reason.to_owned() })
        };
        let came_from = url.map(address).transpose()?;
        if word.is_empty() {
            return reject("it is empty; give an address, a file, a folder or -");
        }
        if word == "-" {
            return Ok(Self::Input { url: came_from });
        }
        let path = Path::new(word);
        match path.metadata() {
            Ok(found) if found.is_dir() => return Ok(Self::Folder { path: path.into(), url: came_from }),
            Ok(_) => return Ok(Self::File { path: path.into(), url: came_from }),
            Err(_) => {}
        }
        if text.contains("://") {
            if came_from.is_some() {
                return reject("--url says where a saved page came from, and this is an address already");
            }
            return Ok(Self::Url(address(&text)?));
        }
        match looks_like_address(&text) {
            true => reject(&format!(
                "there is no such file; if it is an address, write it with its scheme: https://{text}"
            )),
            false => reject("there is no such file or folder, and it is no address"),
        }
    }

    /// The recording that this source is, when it is a folder made by a [`super::Recorder`]. It answers
    /// what follows the first page.
    pub fn recording(&self, settings: &Settings) -> Result<Option<Saved>> {
        match self {
            Self::Folder { path, .. } => Saved::open(path, settings),
            _ => Ok(None),
        }
    }
}

/// A web address that may be asked or cited.
fn address(text: &str) -> Result<Url> {
    let reject = |reason: String| Err(Error::Source { source_text: text.to_owned(), reason });
    let url = match Url::parse(text.trim()) {
        Ok(url) => url,
        Err(error) => {
            return reject(format!("it is no address ({error}); one looks like https://example.org/t/1"));
        }
    };
    match url.scheme() {
        "http" | "https" => {}
        "file" => return reject("give a file by its path, without file://".to_owned()),
        scheme => return reject(format!("only http and https addresses are read, not {scheme}")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        // Neither is sent, and both would end up in reports.
        let host = url.host_str().unwrap_or_default();
        let reason = format!("it holds a user name or a password for {host}; leave them out");
        return Err(Error::Source { source_text: format!("{}://…@{host}", url.scheme()), reason });
    }
    Ok(url)
}

/// Whether the part before the first slash could be a host's name.
fn looks_like_address(text: &str) -> bool {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let has_path = host.len() < text.len();
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let labels_are_fine = name
        .split('.')
        .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'));
    let last = name.rsplit('.').next().unwrap_or_default();
    let ends_like_a_file = super::load::EXTENSIONS.contains(&last) || matches!(last, "gz" | "zst");
    labels_are_fine && (name == "localhost" || name.contains('.')) && (has_path || !ends_like_a_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(word: &str, url: Option<&str>) -> String {
        Source::parse(word, url).unwrap_err().to_string()
    }

    #[test]
    fn an_address_needs_its_scheme() {
        let url = Url::parse("https://example.org/t/1?page=2").unwrap();
        assert_eq!(Source::parse("https://example.org/t/1?page=2", None).unwrap(), Source::Url(url));
        assert!(reason("example.org/t/1", None).contains("https://example.org/t/1"));
        assert!(reason("example.org:8080", None).contains("https://example.org:8080"));
        assert!(reason("localhost:8080/t", None).contains("https://localhost:8080/t"));
    }

    #[test]
    fn a_missing_file_is_not_taken_for_an_address() {
        for word in ["thread.html", "pages/1.json", "./example.org", "thread.mbox.gz", "nothing"] {
            assert!(reason(word, None).contains("no such file or folder"), "{word}");
        }
    }

    #[test]
    fn what_exists_is_taken_for_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("example.org");
        std::fs::write(&file, "hi").unwrap();
        let url = Url::parse("https://example.org/t/1").unwrap();
        assert_eq!(
            Source::parse(&file, Some("https://example.org/t/1")).unwrap(),
            Source::File { path: file.clone(), url: Some(url) }
        );
        assert_eq!(
            Source::parse(folder.path(), None).unwrap(),
            Source::Folder { path: folder.path().into(), url: None }
        );
        assert_eq!(Source::parse("-", None).unwrap(), Source::Input { url: None });
    }

    #[test]
    fn addresses_that_cannot_be_read_say_why() {
        assert!(reason("ftp://example.org/", None).contains("only http and https"));
        assert!(reason("file:///etc/hosts/none", None).contains("path"));
        assert!(reason("https://", None).contains("no address"));
        assert!(reason("https://example.org/", Some("https://example.org/")).contains("--url"));
        assert!(reason("-", Some("example.org/t")).contains("example.org/t"));
        assert!(reason("", None).contains("empty"));
        let words = reason("https://me:secret@example.org/", None);
        assert!(words.contains("password") && !words.contains("secret"), "{words}");
    }
}

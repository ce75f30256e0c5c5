//! Folders of mail as one mailbox: a Maildir, or files with messages beside one another.
//!
//! A conversation runs through all files of a mailbox, so they become one page in the form of an mbox.

use std::fs;
use std::path::{Path, PathBuf};

use url::Url;

use super::load::{page, read_file, unusable};
use super::{Media, Page, natural_order};
use crate::error::{Error, Result};

/// The folders of a Maildir that hold messages. Those in `tmp` are still being written.
const HOLDING: [&str; 2] = ["cur", "new"];

/// Messages of one Maildir that are read.
const MOST_FILES: usize = 1_000_000;

/// What opens a message in the mailbox that is made.
const SEPARATOR: &str = "From mboxrd@z Thu Jan  1 00:00:00 1970\n";

/// Whether the folder is a Maildir.
pub(super) fn is_one(folder: &Path) -> bool {
    folder.join("cur").is_dir() && (folder.join("new").is_dir() || folder.join("tmp").is_dir())
}

/// All messages of a Maildir, in the order of their file names, which begin with the time of delivery.
pub(super) fn load(folder: &Path, url: Option<Url>, limit: u64) -> Result<Page> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for inner in HOLDING.map(|name| folder.join(name)) {
        if !inner.is_dir() {
            continue;
        }
        let failed = |source| Error::File { action: "read", path: inner.clone(), source };
        for entry in fs::read_dir(&inner).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || !fs::metadata(entry.path()).is_ok_and(|about| about.is_file()) {
                continue;
            }
            if files.len() == MOST_FILES {
                let reason = format!("it holds more than {MOST_FILES} messages");
                return Err(unusable(&folder.display().to_string(), &reason));
            }
            files.push((name, entry.path()));
        }
    }
    files.sort_by(|(a, at_a), (b, at_b)| natural_order::compare(a, b).then_with(|| at_a.cmp(at_b)));
    let name = folder.display().to_string();
    let mut mailbox = Mailbox::default();
    let mut left = limit;
    for (_, path) in files {
        let bytes = read_file(&path, left).map_err(|error| match error {
            Error::TooLarge { flag, .. } => Error::TooLarge { what: format!("{name} in all"), limit, flag },
            other => other,
        })?;
        left = left.saturating_sub(bytes.len() as u64);
        // One file that is no text does not spoil the mailbox.
        match page(path.display().to_string(), Media::Mbox, bytes, None) {
            Ok(page) => mailbox.add(&page),
            Err(_) => mailbox.lossy = true,
        }
    }
    if mailbox.text.is_empty() {
        return Err(unusable(&name, "it is a Maildir without a message"));
    }
    Ok(mailbox.into_page(name, url))
}

/// These pages, all mail among them put together as the first of them.
pub(super) fn as_one_mailbox(pages: Vec<Page>, folder: &Path) -> Vec<Page> {
    if pages.iter().filter(|page| is_mail(page)).count() < 2 {
        return pages;
    }
    let mut mailbox = Mailbox::default();
    let (mail, mut others): (Vec<Page>, Vec<Page>) = pages.into_iter().partition(is_mail);
    for page in &mail {
        mailbox.add(page);
    }
    others.insert(0, mailbox.into_page(folder.display().to_string(), None));
    others
}

fn is_mail(page: &Page) -> bool {
    let month = || {
        let head = page.text.lines().take(3).collect::<Vec<_>>();
        page.media == Media::Plain
            && page.text.starts_with("From ")
            && head.get(1).is_some_and(|line| line.starts_with("From: "))
    };
    page.media == Media::Mbox || month()
}

/// A mailbox in the making.
#[derive(Default)]
struct Mailbox {
    text: String,
    lossy: bool,
}

impl Mailbox {
    /// Adds the messages of a page: a mailbox as it stands, one message with what mboxrd needs.
    fn add(&mut self, page: &Page) {
        self.lossy |= page.lossy;
        let text = page.text.trim_start_matches(['\u{FEFF}', '\n', '\r']);
        if text.starts_with("From ") {
            self.text.push_str(text);
        } else {
            self.text.push_str(SEPARATOR);
            for line in text.split_inclusive('\n') {
                if line.trim_start_matches('>').starts_with("From ") {
                    self.text.push('>');
                }
                self.text.push_str(line);
            }
        }
        // A blank line stands before the next message.
        let ends = if self.text.ends_with("\n\n") {
            ""
        } else if self.text.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        self.text.push_str(ends);
    }

    fn into_page(self, name: String, url: Option<Url>) -> Page {
        Page { name, url, media: Media::Mbox, text: self.text, lossy: self.lossy, fetched_at: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::{Settings, Source, load as load_pages};

    fn pages(folder: &Path) -> Result<Vec<Page>> {
        load_pages(&Source::parse(folder, None)?, &Settings::default())
    }

    #[test]
    fn a_maildir_is_one_mailbox() {
        let folder = tempfile::tempdir().unwrap();
        for inner in ["cur", "new", "tmp"] {
            fs::create_dir(folder.path().join(inner)).unwrap();
        }
        fs::write(folder.path().join("cur/12.b:2,S"), "From: b\n\nFrom there\n").unwrap();
        fs::write(folder.path().join("new/9.a"), "From: a\n\none").unwrap();
        fs::write(folder.path().join("tmp/1.c"), "From: c\n\nno").unwrap();
        let pages = pages(folder.path()).unwrap();
        assert_eq!(pages.len(), 1);
        let expected = format!("{SEPARATOR}From: a\n\none\n\n{SEPARATOR}From: b\n\n>From there\n\n");
        assert_eq!(pages[0].text.replace(">From: ", "From: "), expected);
    }

    #[test]
    fn messages_beside_one_another_are_one_mailbox() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("2.eml"), "From: b\n\ntwo").unwrap();
        fs::write(folder.path().join("1.eml"), "From: a\n\none").unwrap();
        let pages = pages(folder.path()).unwrap();
        assert_eq!((pages.len(), pages[0].media), (1, Media::Mbox));
        assert!(pages[0].text.find("one").unwrap() < pages[0].text.find("two").unwrap());
    }
}

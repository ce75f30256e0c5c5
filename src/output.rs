//! Results: to standard output, or to a file that is written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rejoinder::error::{Error, Result};

/// Why something failed, with its causes.
pub fn reason(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        words.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    words
}

/// Prints to standard output. A reader that has seen enough (`| head`) is no error.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(cannot_write(Path::new("standard output"), error))
        }
        _ => Ok(()),
    }
}

/// Writes the file whole or not at all: beside it first, then moved into place.
///
/// A device or a pipe is written to as it is, since it cannot be replaced.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let special = fs::metadata(path).is_ok_and(|found| !found.is_file());
    if special {
        return fs::write(path, text).map_err(|error| cannot_write(path, error));
    }
    let name = path.file_name().map_or_else(|| "report".into(), |name| name.to_string_lossy().into_owned());
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        cannot_write(path, error)
    })
}

/// Writes to a new file named after `stem`: `stem.html`, else `stem-2.html` and so on.
pub fn write_new(stem: &str, extension: &str, text: &str) -> Result<PathBuf> {
    const TRIES: u32 = 10_000;
    for number in 1..=TRIES {
        let name =
            if number == 1 { format!("{stem}.{extension}") } else { format!("{stem}-{number}.{extension}") };
        let path = PathBuf::from(name);
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(cannot_write(&path, error)),
            Ok(_) => {
                return write(&path, text).map(|()| path.clone()).inspect_err(|_| {
                    let _ = fs::remove_file(&path);
                });
            }
        }
    }
    let error =
        io::Error::new(io::ErrorKind::AlreadyExists, "too many reports of that name; give one with -o");
    Err(cannot_write(Path::new(stem), error))
}

/// A file name made of a title: its letters and digits, joined by hyphens.
pub fn slug(title: &str, otherwise: &str) -> String {
    const LONGEST: usize = 60;
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { format!("{otherwise}-thread") } else { slug.to_owned() }
}

fn cannot_write(path: &Path, source: io::Error) -> Error {
    Error::File { action: "write", path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_safe_file_name() {
        assert_eq!(slug("../../etc/Passwd: why?", "reddit"), "etc-passwd-why");
        assert_eq!(slug("???", "reddit"), "reddit-thread");
        assert!(slug(&"long ".repeat(100), "x").len() <= 64);
    }
}

//! Pages from this machine: a file, a folder of saved pages, a recording, standard input.
//!
//! It never makes a request, whatever the pages point to.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use url::Url;

use super::compression::{self, Stopped};
use super::{Media, Page, Saved, Settings, Source, charset, maildir, natural_order};
use crate::error::{Error, Result};

/// The names that files with threads end in, before `.gz` or `.zst`.
pub(super) const EXTENSIONS: &[&str] =
    &["html", "htm", "xhtml", "json", "ndjson", "jsonl", "mbox", "mboxrd", "eml", "txt", "text", "md"];

/// Files of one folder that are looked at.
const MAX_FILES: usize = 10_000;

/// The pages of a source that is on this machine, in reading order; at least one.
///
/// A recording gives the page that was asked for first, or the one that came from `--url`; its
/// [`Source::recording`] answers the rest. The pages of any other folder are all its readable files in
/// natural order, and `--url` is where the first of them came from.
pub fn load(source: &Source, settings: &Settings) -> Result<Vec<Page>> {
    let limit = settings.max_bytes;
    match source {
        Source::Url(url) => Err(Error::Refused {
            url: url.to_string(),
            reason: "an address is fetched, and only files are loaded".to_owned(),
        }),
        Source::File { path, url } => match recorded(path, settings).filter(|_| url.is_none()) {
            Some(page) => Ok(vec![page?]),
            None => Ok(vec![file(path, url.clone(), limit)?]),
        },
        Source::Input { url } => Ok(vec![input(io::stdin().lock(), url.clone(), limit)?]),
        Source::Folder { path, url } => match Saved::open(path, settings)? {
            Some(saved) => Ok(vec![saved.first(url.as_ref())?]),
            None if maildir::is_one(path) => Ok(vec![maildir::load(path, url.clone(), limit)?]),
            None => folder(path, url.clone(), limit),
        },
    }
}

/// The page of a single file out of a recording, which knows where it came from. A manifest that cannot be
/// read does not concern a file that only lies beside it.
fn recorded(path: &Path, settings: &Settings) -> Option<Result<Page>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Saved::open(folder, settings).ok()??.file(path.file_name()?)
}

fn file(path: &Path, url: Option<Url>, limit: u64) -> Result<Page> {
    let bytes = read_file(path, limit)?;
    let page = page(path.display().to_string(), media_of(path), bytes, url)?;
    if page.text.trim().is_empty() { Err(unusable(&page.name, "it is empty")) } else { Ok(page) }
}

fn input(from: impl Read, url: Option<Url>, limit: u64) -> Result<Page> {
    let name = "standard input".to_owned();
    let bytes = compression::read(from, limit).map_err(|stopped| match stopped {
        Stopped::TooLarge => Error::TooLarge { what: name.clone(), limit, flag: "--max-bytes" },
        Stopped::Unreadable(error) | Stopped::Damaged(error) => Error::Input(error),
    })?;
    let page = page(name, Media::Unknown, bytes, url)?;
    if page.text.trim().is_empty() { Err(unusable(&page.name, "it is empty")) } else { Ok(page) }
}

/// The bytes of a file, unpacked.
pub(super) fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let failed = |action, source| Error::File { action, path: path.to_owned(), source };
    let file = File::open(path).map_err(|error| failed("read", error))?;
    compression::read(file, limit).map_err(|stopped| match stopped {
        Stopped::TooLarge => Error::TooLarge { what: path.display().to_string(), limit, flag: "--max-bytes" },
        Stopped::Unreadable(error) => failed("read", error),
        Stopped::Damaged(error) => failed("decompress", error),
    })
}

/// All pages of a folder; the limit is on all of them together.
fn folder(path: &Path, url: Option<Url>, limit: u64) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    let mut left = limit;
    for path in files_in(path)? {
        let media = media_of(&path);
        if media == Media::Unknown && !is_worth_reading(&path)? {
            continue;
        }
        let bytes = read_file(&path, left).map_err(|error| match error {
            Error::TooLarge { flag, .. } => {
                let folder = path.parent().unwrap_or(&path);
                Error::TooLarge { what: format!("{} in all", folder.display()), limit, flag }
            }
            other => other,
        })?;
        if media == Media::Unknown && (!begins_like_a_page(&bytes) || not_text(&bytes).is_some()) {
            continue;
        }
        left = left.saturating_sub(bytes.len() as u64);
        let page = page(path.display().to_string(), media, bytes, None)?;
        if !page.text.trim().is_empty() {
            pages.push(page);
        }
    }
    let mut pages = maildir::as_one_mailbox(pages, path);
    match pages.first_mut() {
        Some(first) => first.url = url,
        None => return Err(unusable(&path.display().to_string(), "it holds no saved pages")),
    }
    Ok(pages)
}

/// Whether a file without a known name begins like a page, or is packed and may be one. Pictures, styles
/// and scripts are saved along with pages, and disk images may lie beside them.
fn is_worth_reading(path: &Path) -> Result<bool> {
    let failed = |source| Error::File { action: "read", path: path.to_owned(), source };
    let mut head = Vec::new();
    File::open(path).map_err(failed)?.take(512).read_to_end(&mut head).map_err(failed)?;
    Ok(begins_like_a_page(&head) || compression::is_packed(&head))
}

fn begins_like_a_page(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    matches!(bytes.trim_ascii_start().first(), Some(b'<' | b'{' | b'['))
}

/// The files of a folder that are not hidden, in natural order of their names.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| Error::File { action: "read", path: folder.to_owned(), source };
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file());
        if !is_file || name.starts_with('.') || is_asset(&entry.path()) {
            continue;
        }
        if found.len() == MAX_FILES {
            let reason =
                format!("it holds more than {MAX_FILES} files; give a folder with one thread's pages");
            return Err(unusable(&folder.display().to_string(), &reason));
        }
        found.push((name, entry.path()));
    }
    found.sort_by(|(a, _), (b, _)| natural_order::compare(a, b));
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Whether the name says that a file is part of a page's looks, which need not be opened to know.
fn is_asset(path: &Path) -> bool {
    const ASSETS: &[&str] = &[
        "css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp", "woff",
        "woff2", "ttf", "otf", "eot", "mp3", "mp4", "webm", "pdf", "zip", "xml", "rss", "download",
    ];
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    ASSETS.contains(&extension.as_str())
}

/// What the file's name says that it holds; a trailing `.gz` or `.zst` is passed over.
pub(super) fn media_of(path: &Path) -> Media {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" | "htm" | "xhtml" => Media::Html,
        "json" => Media::Json,
        "ndjson" | "jsonl" => Media::Ndjson,
        "mbox" | "mboxrd" | "mboxo" | "mboxcl" | "mboxcl2" | "eml" => Media::Mbox,
        "txt" | "text" | "md" => Media::Plain,
        _ => Media::Unknown,
    }
}

pub(super) fn page(name: String, media: Media, bytes: Vec<u8>, url: Option<Url>) -> Result<Page> {
    if let Some(what) = not_text(&bytes) {
        return Err(unusable(&name, &format!("it is {what}, and only text can be read")));
    }
    let decoded = charset::decode(bytes, media, None);
    let url = url.or_else(|| saved_from(&decoded.text));
    Ok(Page { name, url, media, text: decoded.text, lossy: decoded.lossy, fetched_at: None })
}

/// The address that a browser (`saved from url=(0019)https://…`) or SingleFile (`url: https://…`) noted in
/// a comment at the top of a page that it saved.
fn saved_from(text: &str) -> Option<Url> {
    let mut end = text.len().min(2048);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end)?;
    let note = match head.split_once("<!-- saved from url=(") {
        Some((_, note)) => note.split_once(')')?.1,
        None => head.split_once("Page saved with SingleFile")?.1.split_once("url:")?.1,
    };
    let url = Url::parse(note.split_whitespace().next()?.trim_end_matches("-->")).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// What bytes are that are surely no text.
pub(super) fn not_text(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF document"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"GIF8", "a picture"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x7FELF", "a program"),
        (b"7z\xBC\xAF", "a 7z archive"),
        (b"BZh", "bzip2 data"),
        (b"\xFD7zXZ", "xz data"),
        (b"SQLite format 3\0", "a database"),
    ];
    if let Some((_, what)) = KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(what);
    }
    // UTF-16 is half NULs or begins with a mark; other text has none, but for a stray one.
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let nuls = memchr::memchr_iter(0, head).count();
    (nuls * 50 > head.len() && !charset::is_utf16(head)).then_some("binary data")
}

pub(super) fn unusable(name: &str, reason: &str) -> Error {
    Error::Source { source_text: name.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn loaded(path: &Path, max_bytes: u64) -> Result<Vec<Page>> {
        load(&Source::parse(path, None)?, &Settings { max_bytes, ..Settings::default() })
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_folder_is_read_in_natural_order_without_hidden_files_and_looks() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("page-10.html", "<p>ten"),
            ("page-2.html", "<p>two"),
            ("page-1.html", "<p>one"),
            (".hidden.html", "<p>no"),
            ("style.css", "p {}"),
            ("viewtopic.php?t=1&start=20", "<p>last"),
            ("LICENSE", "no markup"),
            ("empty.html", ""),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        fs::create_dir(folder.path().join("page-1_files")).unwrap();
        let url = "https://example.org/t/1";
        let source = Source::parse(folder.path(), Some(url)).unwrap();
        let pages = load(&source, &Settings::default()).unwrap();
        let texts: Vec<&str> = pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(texts, ["<p>one", "<p>two", "<p>ten", "<p>last"]);
        assert_eq!(pages[0].url.as_ref().unwrap().as_str(), url);
        assert_eq!(pages[1].url, None);
    }

    #[test]
    fn a_page_saved_by_a_browser_knows_its_address() {
        let address = "https://example.org/t/1";
        for text in [
            format!("<!DOCTYPE html>\n<!-- saved from url=(0023){address} -->\n<html>é"),
            format!(
                "<!DOCTYPE html><html><!--\n Page saved with SingleFile \n url: {address} \n saved date: -->"
            ),
        ] {
            let page = input(text.as_bytes(), None, 1000).unwrap();
            assert_eq!(page.url.unwrap().as_str(), address);
        }
        for text in [
            "<!-- saved from url=(0023)file:///x -->",
            "<!-- saved from url=(",
            "saved from url=(1)https://a.b",
        ] {
            assert_eq!(input(text.as_bytes(), None, 1000).unwrap().url, None, "{text}");
        }
    }

    #[test]
    fn packed_files_keep_the_kind_that_their_name_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("thread.ndjson.gz");
        fs::write(&path, gzip(b"{}\n")).unwrap();
        let pages = loaded(&path, 100).unwrap();
        assert_eq!((pages[0].media, pages[0].text.as_str()), (Media::Ndjson, "{}\n"));
        // The name may lie about packing.
        let path = folder.path().join("thread.json");
        fs::write(&path, zstd::stream::encode_all(&b"[]"[..], 1).unwrap()).unwrap();
        assert_eq!(loaded(&path, 100).unwrap()[0].text, "[]");
    }

    #[test]
    fn a_cut_archive_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("thread.html.gz");
        let packed = gzip("many words ".repeat(1000).as_bytes());
        fs::write(&path, &packed[..packed.len() - 12]).unwrap();
        let error = loaded(&path, 1 << 20).unwrap_err();
        assert!(error.to_string().contains("decompress") && error.to_string().contains("thread.html.gz"));
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("cut off"));
    }

    #[test]
    fn the_limit_is_on_unpacked_bytes_and_on_a_whole_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("1.html.gz"), gzip(&[b'x'; 600])).unwrap();
        fs::write(folder.path().join("2.html"), [b'x'; 600]).unwrap();
        let error = loaded(&folder.path().join("1.html.gz"), 599).unwrap_err().to_string();
        assert!(error.contains("1.html.gz") && error.contains("--max-bytes"), "{error}");
        assert!(loaded(folder.path(), 1199).unwrap_err().to_string().contains("in all"));
        assert_eq!(loaded(folder.path(), 1200).unwrap().len(), 2);
    }

    #[test]
    fn what_holds_no_text_is_an_error_that_says_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes, words) in [
            ("a.html", &b"\x89PNG\r\n\x1a\n"[..], "picture"),
            ("b.html", b"%PDF-1.7", "PDF"),
            ("c.html", b"\x01\0\x02abc\0\0\0\x05\0", "binary"),
            ("d.html", b" \n", "empty"),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            let error = loaded(&path, 100).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains(name), "{error}");
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(loaded(empty.path(), 100).unwrap_err().to_string().contains("no saved pages"));
    }

    #[test]
    fn standard_input_is_unpacked_too() {
        let page = input(gzip(b"<p>hi").as_slice(), None, 100).unwrap();
        assert_eq!((page.name.as_str(), page.text.as_str()), ("standard input", "<p>hi"));
        assert!(input(&b"12345"[..], None, 4).unwrap_err().to_string().contains("--max-bytes"));
    }
}

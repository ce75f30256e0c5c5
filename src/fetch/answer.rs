//! An answer as it came over the wire, before it is decoded to a page.
//!
//! Recordings keep this form, so that nothing is lost by decoding.

use std::path::Path;

use url::Url;

use super::{Media, Page, charset, load};
use crate::error::{Error, Result};
use crate::thread::Time;

/// One successful answer, decompressed and not decoded.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Where it came from after redirects.
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) fetched_at: Option<Time>,
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    /// What it holds, by its content type, or by its address when that says nothing.
    pub(super) fn media(&self) -> Media {
        let kind = self.content_type.as_deref().unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "text/html" | "application/xhtml+xml" => Media::Html,
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Media::Ndjson,
            "application/mbox" => Media::Mbox,
            kind if kind.ends_with("/json") || kind.ends_with("+json") => Media::Json,
            "text/plain" | "text/markdown" => match load::media_of(Path::new(self.url.path())) {
                Media::Unknown => Media::Plain,
                media => media,
            },
            _ => load::media_of(Path::new(self.url.path())),
        }
    }

    /// The page that it is.
    pub(super) fn page(self) -> Result<Page> {
        let media = self.media();
        if let Some(what) = load::not_text(&self.bytes) {
            return Err(Error::Fetch {
                url: self.url.to_string(),
                reason: format!("it is {what}, and only text can be read"),
                source: None,
            });
        }
        let decoded = charset::decode(self.bytes, media, charset_of(self.content_type.as_deref()));
        Ok(Page {
            name: self.url.to_string(),
            url: Some(self.url),
            media,
            text: decoded.text,
            lossy: decoded.lossy,
            fetched_at: self.fetched_at,
        })
    }
}

/// The `charset` parameter of a content type.
fn charset_of(content_type: Option<&str>) -> Option<&str> {
    content_type?.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(url: &str, content_type: &str) -> Answer {
        Answer {
            url: Url::parse(url).unwrap(),
            status: 200,
            content_type: Some(content_type.to_owned()),
            fetched_at: None,
            bytes: b"caf\xE9".to_vec(),
        }
    }

    #[test]
    fn the_charset_parameter_is_read_in_any_spelling() {
        for content_type in ["text/html; charset=windows-1252", "text/html;x=y; CharSet=\"ISO-8859-1\""] {
            assert_eq!(answer("https://example.org/", content_type).page().unwrap().text, "café");
        }
    }

    #[test]
    fn the_kind_is_taken_from_the_label_and_then_from_the_address() {
        for (url, content_type, media) in [
            ("https://example.org/a", "text/html; charset=utf-8", Media::Html),
            ("https://example.org/a", "application/activity+json", Media::Json),
            ("https://example.org/a.json", "text/plain", Media::Json),
            ("https://example.org/a.mbox.gz", "application/gzip", Media::Mbox),
            ("https://example.org/a", "text/plain", Media::Plain),
            ("https://example.org/a", "", Media::Unknown),
        ] {
            assert_eq!(answer(url, content_type).media(), media, "{url} {content_type}");
        }
    }
}

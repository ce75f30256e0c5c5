//! From a raw message to its words: transfer encodings, character sets, and which of its parts are read.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use mail_parser::{HeaderName, MessageParser, MessagePart, MimeHeaders, PartType};
use memchr::memmem;
use scraper::ElementRef;

use super::added;
use super::headers::{cut, fields};
use super::mailbox::Message;
use super::words::{self, Flow};
use crate::ingest::html::{Treat, body_of_fragment_with, has_class};
use crate::thread::Body;

/// Parts inside one another, or beside one another, from which a message is nobody's letter; its text is then
/// read as it stands.
const MOST_PARTS: usize = 200;

/// Bytes of one message that are read.
const LONGEST: usize = 4 << 20;

/// Names of attachments that are told.
const MOST_NAMES: usize = 20;

/// The words of this message.
pub(super) fn body(message: &Message<'_>) -> Body {
    let text = cut(message.body, LONGEST);
    let text = if message.escaped { unescaped(text) } else { Cow::Borrowed(text) };
    let head = mime_head(message.head, &text);
    let hostile = count(&text, "ontent-") + count(&text, "ONTENT-") > 4 * MOST_PARTS;
    if hostile || head.is_empty() {
        return words::body(&text, Flow::Fixed, &[]);
    }
    let raw = raw(&head, &text);
    let Some(mail) = MessageParser::new().with_mime_headers().parse(&raw) else {
        return words::body(&text, Flow::Fixed, &[]);
    };
    let parts = mail.text_body.iter().filter_map(|&id| mail.parts.get(id as usize));
    let mut text = String::new();
    let mut flow = None;
    for part in parts {
        let this = match &part.body {
            PartType::Text(words) => {
                let own = flow_of(part);
                // Parts that break their lines differently are made alike.
                flow = Some(flow.map_or(own, |flow| if flow == own { own } else { Flow::Fixed }));
                words.clone()
            }
            PartType::Html(markup) => Cow::Owned(words_of_markup(markup)),
            _ => continue,
        };
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&this);
    }
    let names: Vec<String> = mail
        .attachments
        .iter()
        .filter_map(|&id| mail.parts.get(id as usize))
        .filter(|part| !is_seal(part))
        .filter_map(|part| part.attachment_name().map(name))
        .take(MOST_NAMES)
        .collect();
    words::body(&text.replace("\r\n", "\n"), flow.unwrap_or(Flow::Fixed), &names)
}

fn count(text: &str, what: &str) -> usize {
    memmem::find_iter(text.as_bytes(), what.as_bytes()).count()
}

fn name(name: &str) -> String {
    cut(name, 200).chars().filter(|c| !c.is_control()).collect()
}

/// Lines that mboxrd and mboxo escaped, as they were.
fn unescaped(text: &str) -> Cow<'_, str> {
    if memmem::find(text.as_bytes(), b">From ").is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let escaped = line.starts_with('>') && line.trim_start_matches('>').starts_with("From ");
        plain.push_str(if escaped { line.get(1..).unwrap_or_default() } else { line });
    }
    Cow::Owned(plain)
}

/// The header lines that say how the message is written; empty when it does not say.
///
/// A type that is none, or of many parts without what parts them, says nothing: the text is then plain, as
/// RFC 2045 (5.2) has it.
fn mime_head(head: &str, text: &str) -> String {
    let mut kept = String::new();
    for (name, value) in fields(head) {
        let lower = name.to_ascii_lowercase();
        if matches!(lower.as_str(), "content-type" | "content-transfer-encoding" | "content-disposition") {
            let value = cut(value.trim_end(), 4096).replace(['\0', '\r'], "");
            let value = match lower == "content-type" && !is_a_type(&value, text) {
                true => match value.find("charset=") {
                    Some(at) => format!(" text/plain; {}", value.get(at..).unwrap_or_default()),
                    None => " text/plain".to_owned(),
                },
                false => value,
            };
            kept.push_str(&format!("{name}:{value}\n"));
        }
    }
    kept
}

/// Whether the value names a type, and one by which this text can be read.
fn is_a_type(value: &str, text: &str) -> bool {
    let kind = value.split(';').next().unwrap_or_default().trim();
    let Some((kind, sub)) = kind.split_once('/') else { return false };
    if kind.trim().is_empty() || sub.trim().is_empty() {
        return false;
    }
    if !kind.trim().eq_ignore_ascii_case("multipart") {
        return true;
    }
    let at = value.to_ascii_lowercase().find("boundary");
    let mark = at.and_then(|at| value.get(at..)?.split_once('=')).map(|(_, mark)| mark.trim_start());
    let mark = mark.and_then(|mark| match mark.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => mark.split([';', ' ', '\t', '\n']).next(),
    });
    mark.is_some_and(|mark| !mark.is_empty() && text.contains(&format!("--{}", mark.trim_end())))
}

/// Whether the part only proves who wrote the letter.
fn is_seal(part: &MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|kind| {
        added::is_seal(&format!("{}/{}", kind.c_type, kind.c_subtype.as_deref().unwrap_or_default()))
    })
}

/// The bytes of the message as they were sent, as far as that can be told: the page was decoded as a whole,
/// and lines that were not UTF-8 as windows-1252.
fn raw(head: &str, text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(head.len() + text.len() + 1);
    bytes.extend_from_slice(head.as_bytes());
    bytes.push(b'\n');
    let mut set = charset(head).unwrap_or(UTF_8);
    if text.is_ascii() {
        bytes.extend_from_slice(text.as_bytes());
        return bytes;
    }
    for line in text.split_inclusive('\n') {
        if line.is_ascii() {
            set = charset(line).unwrap_or(set);
            bytes.extend_from_slice(line.as_bytes());
            continue;
        }
        if set == UTF_8 {
            bytes.extend_from_slice(line.as_bytes());
            continue;
        }
        let (sent, _, lost) = WINDOWS_1252.encode(line);
        if !lost {
            bytes.extend_from_slice(&sent);
        } else {
            // UTF-8 although the part says otherwise: archives turn everything into it.
            bytes.extend_from_slice(&set.encode(line).0);
        }
    }
    bytes
}

/// The character set that header lines name.
fn charset(lines: &str) -> Option<&'static Encoding> {
    let at = lines.to_ascii_lowercase().find("charset=")?;
    let value = lines.get(at + "charset=".len()..)?.trim_start_matches(['"', '\'']);
    let end = value.find(|c: char| c.is_whitespace() || "\"';".contains(c)).unwrap_or(value.len());
    let set = Encoding::for_label(value.get(..end)?.as_bytes())?;
    Some(set)
}

/// How the part breaks its lines.
fn flow_of(part: &MessagePart<'_>) -> Flow {
    let header = part.headers.iter().find(|header| header.name == HeaderName::ContentType);
    let attribute = |name: &str| header.and_then(|header| header.value.as_content_type()?.attribute(name));
    let says = |name: &str, value: &str| attribute(name).is_some_and(|is| is.eq_ignore_ascii_case(value));
    match (says("format", "flowed"), says("delsp", "yes")) {
        (false, _) => Flow::Fixed,
        (true, false) => Flow::Soft,
        (true, true) => Flow::SoftWithoutSpace,
    }
}

/// The words of a part in HTML, quotations with their marks.
fn words_of_markup(markup: &str) -> String {
    let treat = |element: ElementRef<'_>| {
        let value = element.value();
        let signature = ["gmail_signature", "moz-signature", "moz-txt-sig"];
        if signature.iter().any(|class| has_class(value, class)) || value.id() == Some("Signature") {
            Treat::Skip
        } else {
            Treat::Normal
        }
    };
    body_of_fragment_with(markup, &treat).text().to_owned()
}

//! The headers of a message that tell who wrote what, when, and in answer to what.

use jiff::civil;
use jiff::fmt::rfc2822::DateTimeParser;
use mail_parser::{HeaderName, MessageParser};

use super::mailbox::Message;
use crate::thread::Time;

/// Longest header that is decoded; a subject or a name is a line or two.
const LONGEST: usize = 4 * 1024;

/// Longest list of references that is read, of each end.
const LONGEST_REFERENCES: usize = 16 * 1024;

/// References that are kept: the first ones, and the last ones.
const MOST_REFERENCES: usize = 100;

/// What the headers of one message say.
#[derive(Debug, Default, Clone)]
pub(super) struct Headers {
    /// The message's own id, without angles.
    pub id: Option<String>,
    /// Ids of the messages before it in its conversation, oldest first.
    pub references: Vec<String>,
    /// Ids of the messages that it says it answers.
    pub in_reply_to: Vec<String>,
    pub subject: String,
    /// The name, or the address of somebody without one.
    pub author: Option<String>,
    pub date: Option<Time>,
    /// Where the archive shows it, as the message itself says.
    pub archived_at: Option<String>,
}

impl Headers {
    /// What the headers of this message say.
    pub(super) fn of(message: &Message<'_>) -> Self {
        let mut headers = Self::default();
        let mut reply_to = None;
        let mut reply_to_name = None;
        for (name, value) in fields(message.head) {
            match name.to_ascii_lowercase().as_str() {
                "message-id" if headers.id.is_none() => headers.id = message_id(value),
                "references" => headers.references = references(value),
                "in-reply-to" => reply_to = Some(value),
                "subject" if headers.subject.is_empty() => headers.subject = decoded(value),
                "from" if headers.author.is_none() => headers.author = author(&decoded(value)),
                "sender" | "x-original-from" => reply_to_name = Some(value),
                "date" if headers.date.is_none() => headers.date = date(value),
                "archived-at" => {
                    let address = value.trim().trim_matches(['<', '>']);
                    headers.archived_at = address.starts_with("http").then(|| address.to_owned());
                }
                _ => {}
            }
        }
        headers.in_reply_to = reply_to.map(|value| ids(cut(value, LONGEST))).unwrap_or_default();
        if headers.author.is_none() {
            headers.author = reply_to_name.and_then(|value| author(&decoded(value)));
        }
        headers
    }
}

/// The fields of a header: names, and values with their continuation lines.
pub(super) fn fields(head: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = head.get(at..).filter(|rest| !rest.is_empty())?;
            let mut end = 0;
            loop {
                end += memchr::memchr(b'\n', rest.as_bytes().get(end..)?).map_or(rest.len() - end, |n| n + 1);
                if !rest.as_bytes().get(end).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
                    break;
                }
            }
            at += end;
            let field = rest.get(..end)?;
            if let Some((name, value)) = field.split_once(':')
                && !name.contains(char::is_whitespace)
            {
                return Some((name, value));
            }
        }
    })
}

/// Whether the text begins with a header line, or with the `>From ` that some programs leave before it.
pub(super) fn is_header_line(text: &str) -> bool {
    let name_end = text
        .bytes()
        .take(80)
        .position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    let named = name_end.is_some_and(|end| end > 0 && text.as_bytes().get(end) == Some(&b':'));
    named || text.starts_with(">From ")
}

/// Whether the text begins as a message does: nothing but header lines, among them who wrote it, and one
/// that only mail has.
pub(super) fn begins_as_mail(text: &str) -> bool {
    if !is_header_line(text) {
        return false;
    }
    let (mut from, mut sure) = (false, false);
    for line in text.lines().take(200) {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        if !is_header_line(line) {
            return false;
        }
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        from |= name == "from";
        sure |= matches!(
            name.as_str(),
            "message-id" | "received" | "return-path" | "mime-version" | "in-reply-to"
        );
    }
    from && sure
}

/// The beginning of a text, at most so many bytes.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The value with its encoded words decoded, on one line.
fn decoded(value: &str) -> String {
    let value = cut(value.trim(), LONGEST);
    let text = if value.contains("=?") {
        let line = format!("Subject: {}\n\n", value.replace('\r', ""));
        let parser = MessageParser::new().header_text(HeaderName::Subject).default_header_ignore();
        let parsed = parser.parse_headers(line.as_bytes());
        let text =
            parsed.as_ref().and_then(|mail| mail.header(HeaderName::Subject)?.as_text().map(str::to_owned));
        text.unwrap_or_else(|| value.to_owned())
    } else {
        value.to_owned()
    };
    clean(&text)
}

/// One line without control characters.
fn clean(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The name of an author: `Ann <a@b>`, `a@b (Ann)`, Pipermail's `a at b (Ann)`; the address without a name.
fn author(value: &str) -> Option<String> {
    let value = value.trim();
    let (name, address) = match value.rfind('<') {
        Some(at) => {
            let (name, rest) = value.split_at(at);
            (name.trim().trim_matches('"').trim(), rest.trim_matches(['<', '>', ' ']))
        }
        None => match value.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
            Some((address, name)) => (name.trim().trim_matches('"').trim(), address.trim()),
            None => ("", value),
        },
    };
    let name = name.replace("\\\"", "\"");
    let name = name.trim_matches('\'').trim();
    // Lists that rewrite senders for DMARC: "Ann via list".
    let name = name.rsplit_once(" via ").map_or(name, |(name, _)| name.trim());
    let chosen = if name.is_empty() { address } else { name };
    (!chosen.is_empty()).then(|| chosen.to_owned())
}

/// The first id of this value; without angles when the value is nothing but an id.
fn message_id(value: &str) -> Option<String> {
    let value = cut(value.trim(), LONGEST);
    let bare =
        || value.split_whitespace().next().filter(|word| !word.contains(['<', '>'])).map(str::to_owned);
    ids(value).into_iter().next().or_else(bare)
}

/// The ids between angles, in order, each once.
fn ids(value: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((inside, later)) = after.split_once('>') else { break };
        let id: String = inside.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let usual = !id.is_empty() && id.len() < 1000 && !id.contains('<');
        if usual && found.last() != Some(&id) {
            found.push(id);
        }
        rest = later;
    }
    found
}

/// The ids of a list of references; of a list that no conversation needs, its two ends.
fn references(value: &str) -> Vec<String> {
    let mut found = if value.len() <= 2 * LONGEST_REFERENCES {
        ids(value)
    } else {
        let mut from = value.len() - LONGEST_REFERENCES;
        while !value.is_char_boundary(from) {
            from += 1;
        }
        let mut both = ids(cut(value, LONGEST_REFERENCES));
        both.extend(ids(value.get(from..).unwrap_or_default()));
        both
    };
    if found.len() > MOST_REFERENCES {
        let last = found.split_off(found.len() - (MOST_REFERENCES - 1));
        found.truncate(1);
        found.extend(last);
    }
    found
}

/// The moment that a Date header names. Without a zone it is none: nobody knows whose clock it was.
pub(super) fn date(value: &str) -> Option<Time> {
    let value = clean(cut(value.trim(), 200));
    let time = exact(&value).or_else(|| loose(&value))?;
    // Mail is younger than 1970, and a clock that is a century ahead tells nothing.
    (0..4_102_444_800).contains(&time).then(|| Time::from_unix(time))?
}

fn exact(value: &str) -> Option<i64> {
    let parser = DateTimeParser::new().relaxed_weekday(true);
    if let Ok(zoned) = parser.parse_zoned(value) {
        return Some(zoned.timestamp().as_second());
    }
    let stamp: jiff::Timestamp = value.parse().ok()?;
    Some(stamp.as_second())
}

/// Dates as programs wrote them that did not read the standard: `Tue, 5 Jan 2010 10:00:00 +0100 (CET)`,
/// `Tue Jan  5 10:00:00 2010 +0100`, `2024-07-31 12:17 UTC`.
fn loose(value: &str) -> Option<i64> {
    let value = value.split('(').next().unwrap_or(value);
    let words: Vec<&str> =
        value.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty()).collect();
    let (mut day, mut month, mut year, mut clock, mut offset) = (None, None, None, None, None);
    for word in words {
        if let Some(found) = month_of(word) {
            month = month.or(Some(found));
        } else if word.contains(':') {
            clock = clock.or_else(|| clock_of(word));
        } else if let Some(found) = offset_of(word) {
            offset = offset.or(Some(found));
        } else if word.len() == 10 && word.parse::<civil::Date>().is_ok() {
            let date: civil::Date = word.parse().ok()?;
            (year, month, day) = (Some(date.year()), Some(date.month()), Some(date.day()));
        } else if let Ok(number) = word.parse::<i16>() {
            match (word.len(), day) {
                (1 | 2, None) => day = Some(i8::try_from(number).ok()?),
                (2, Some(_)) => year = year.or(Some(if number < 50 { 2000 + number } else { 1900 + number })),
                (4, _) => year = year.or(Some(number)),
                _ => {}
            }
        }
    }
    let (hour, minute, second) = clock?;
    let local = civil::DateTime::new(year?, month?, day?, hour, minute, second, 0).ok()?;
    let utc = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    Some(utc - offset?)
}

fn month_of(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let word = word.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| word.starts_with(month))?;
    i8::try_from(at + 1).ok()
}

fn clock_of(word: &str) -> Option<(i8, i8, i8)> {
    let mut parts = word.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().flatten().unwrap_or(0).min(59);
    Some((hour, minute, second))
}

/// Seconds that a zone is ahead of UTC.
fn offset_of(word: &str) -> Option<i64> {
    let hours = match word {
        "UTC" | "GMT" | "UT" | "Z" => 0,
        "EST" | "CDT" => -5,
        "EDT" => -4,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        "CET" | "MET" => 1,
        "CEST" | "MEST" => 2,
        _ => {
            let sign = if word.starts_with('-') { -1 } else { 1 };
            let digits = word.strip_prefix(['+', '-'])?;
            if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let number: i64 = digits.parse().ok()?;
            return Some(sign * (number / 100 * 3600 + number % 100 * 60));
        }
    };
    Some(hours * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_programs_write_them_and_never_without_a_zone() {
        for text in [
            "Wed, 06 Jan 2010 16:00:15 +0100",
            "Wed, 06 Jan 2010 16:00:15 +0100 (CET)",
            "Wed Jan  6 16:00:15 2010 +0100",
            "6 Jan 10 15:00:15 GMT",
            "Mon, 06 Jan 2010 10:00:15 EST",
        ] {
            assert_eq!(
                date(text).map(|time| time.to_string()).as_deref(),
                Some("2010-01-06T15:00:15Z"),
                "{text}"
            );
        }
        for text in ["Wed, 06 Jan 2010 16:00:15", "", "yesterday", "Wed, 06 Jan 9999 16:00:15 +0000"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_found_in_every_spelling() {
        for (value, name) in [
            ("Ann Lee <ann@example.org>", "Ann Lee"),
            ("\"Lee, Ann\" <ann@example.org>", "Lee, Ann"),
            ("ann at example.org (Ann Lee)", "Ann Lee"),
            ("ann@example.org", "ann@example.org"),
            ("<ann@example.org>", "ann@example.org"),
            ("'Ann Lee' via List <list@example.org>", "'Ann Lee"),
        ] {
            let got = author(value).unwrap();
            assert_eq!(got.trim_matches('\''), name.trim_matches('\''), "{value}");
        }
    }

    #[test]
    fn encoded_words_are_decoded() {
        assert_eq!(decoded("=?utf-8?q?caf=C3=A9?= =?ISO-8859-1?B?6Q==?="), "caféé");
        assert_eq!(decoded("plain\n  folded"), "plain folded");
    }
}

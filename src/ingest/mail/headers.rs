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
    // Lists that rewrite senders for DMARC: "'Ann' via list".
    let name = name.rsplit_once(" via ").map_or(name.as_str(), |(name, _)| name).trim();
    let name = name.strip_prefix('\'').and_then(|name| name.strip_suffix('\'')).unwrap_or(name).trim();
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
    // The standard takes every zone that it does not name for UTC, which most of them are not.
    let written = value.split('(').next().unwrap_or(value).trim_end();
    let zone = written.rsplit(' ').next().unwrap_or_default();
    let parser = DateTimeParser::new().relaxed_weekday(true);
    if zone.starts_with(['+', '-'])
        && offset_of(zone).is_some()
        && let Ok(zoned) = parser.parse_zoned(value)
    {
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
    let mut half = None;
    for word in words {
        if let Some(found) = month_of(word) {
            month = month.or(Some(found));
        } else if let Some(found) = half_of(word) {
            half = half.or(Some(found));
        } else if word.contains(':') && !word.starts_with(['+', '-']) {
            let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
            half = half.or_else(|| half_of(word.get(digits.len()..)?));
            clock = clock.or_else(|| clock_of(digits));
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
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
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

/// The hours before the half of the day that "AM" or "PM" names.
fn half_of(word: &str) -> Option<i8> {
    match word.to_ascii_lowercase().as_str() {
        "am" | "a.m." => Some(0),
        "pm" | "p.m." => Some(12),
        _ => None,
    }
}

fn clock_of(word: &str) -> Option<(i8, i8, i8)> {
    let mut parts = word.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().flatten().unwrap_or(0).min(59);
    Some((hour, minute, second))
}

/// Seconds that a zone is ahead of UTC; none for a name that several zones share.
fn offset_of(word: &str) -> Option<i64> {
    // No clock on earth is further from UTC.
    const FURTHEST: i64 = 14 * 60;
    let minutes = match word.to_ascii_uppercase().as_str() {
        "UTC" | "GMT" | "UT" | "Z" | "WET" => 0,
        "EST" | "CDT" => -5 * 60,
        "EDT" | "AST" => -4 * 60,
        "CST" | "MDT" => -6 * 60,
        "MST" | "PDT" => -7 * 60,
        "PST" | "AKDT" => -8 * 60,
        "AKST" => -9 * 60,
        "HST" => -10 * 60,
        "ADT" | "BRT" => -3 * 60,
        "NST" => -(3 * 60 + 30),
        "NDT" => -(2 * 60 + 30),
        "CET" | "MET" | "MEZ" | "WEST" | "BST" => 60,
        "CEST" | "MEST" | "MESZ" | "EET" | "SAST" => 2 * 60,
        "EEST" | "MSK" => 3 * 60,
        "MSD" => 4 * 60,
        "HKT" | "SGT" | "AWST" => 8 * 60,
        "JST" | "KST" => 9 * 60,
        "ACST" => 9 * 60 + 30,
        "AEST" => 10 * 60,
        "ACDT" => 10 * 60 + 30,
        "AEDT" => 11 * 60,
        "NZST" => 12 * 60,
        "NZDT" => 13 * 60,
        other => {
            let shift = other.strip_prefix("GMT").or_else(|| other.strip_prefix("UTC")).unwrap_or(other);
            let sign = if shift.starts_with('-') { -1 } else { 1 };
            let digits = shift.strip_prefix(['+', '-'])?.replace(':', "");
            if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let number: i64 = digits.parse().ok()?;
            let minutes = number / 100 * 60 + number % 100;
            if minutes > FURTHEST || number % 100 >= 60 {
                return None;
            }
            sign * minutes
        }
    };
    Some(minutes * 60)
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
            "Wed, 06 Jan 2010 16:00:15 CET",
            "Wed, 06 Jan 2010 17:00:15 CEST",
            "Wed, 06 Jan 2010 16:00:15 BST",
            "Wed, 06 Jan 2010 18:00:15 MSK",
            "Wed, 06 Jan 2010 23:00:15 HKT",
            "Thu, 07 Jan 2010 00:00:15 JST",
            "Thu, 07 Jan 2010 01:00:15 AEST",
            "Thu, 07 Jan 2010 03:00:15 NZST",
            "Wed, 06 Jan 2010 04:00:15 PM +0100",
            "Wed, 06 Jan 2010 04:00:15PM +0100",
            "Wed Jan 06 2010 16:00:15 GMT+0100 (CET)",
            "2010-01-06T15:00:15Z",
        ] {
            assert_eq!(
                date(text).map(|time| time.to_string()).as_deref(),
                Some("2010-01-06T15:00:15Z"),
                "{text}"
            );
        }
        assert_eq!(
            date("6 Jan 2010 12:00:15 AM +0000").map(|time| time.to_string()).as_deref(),
            Some("2010-01-06T00:00:15Z")
        );
        for text in [
            "Wed, 06 Jan 2010 16:00:15",
            "",
            "yesterday",
            "Wed, 06 Jan 9999 16:00:15 +0000",
            "Wed, 06 Jan 2010 16:00:15 XYZ",
            // India, Israel or Ireland.
            "Wed, 06 Jan 2010 16:00:15 IST",
            "Wed, 06 Jan 2010 16:00:15 -3000",
            "Wed, 06 Jan 2010 16:00:15 PM +0100",
        ] {
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
            ("'Ann Lee' via List <list@example.org>", "Ann Lee"),
            ("\"'Ann Lee' via Group\" <g@example.org>", "Ann Lee"),
            ("'Ann Lee' <ann@example.org>", "Ann Lee"),
            ("Ann O' <ann@example.org>", "Ann O'"),
        ] {
            assert_eq!(author(value).as_deref(), Some(name), "{value}");
        }
    }

    #[test]
    fn encoded_words_are_decoded() {
        assert_eq!(decoded("=?utf-8?q?caf=C3=A9?= =?ISO-8859-1?B?6Q==?="), "caféé");
        assert_eq!(decoded("plain\n  folded"), "plain folded");
    }
}

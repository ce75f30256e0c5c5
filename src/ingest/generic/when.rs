//! When a post was written: an exact time, a time with its zone in words, or a local one where the page
//! states the zone. Anything else is no moment.

use super::survey::Survey;
use super::times;
use crate::ingest::forum::local_time::{Clock, zoned};
use crate::ingest::html::text_of;
use crate::thread::Time;

/// The moment that an element tells, or the words that a clock may understand.
pub(super) fn of(survey: &Survey<'_>, at: u32) -> (Option<Time>, String) {
    let element = survey.element(at);
    let value = element.value();
    let own = text_of(element);
    let mut words = Vec::new();
    for (name, text) in value.attrs() {
        let exact = name == "datetime" || name == "content" || name.starts_with("data-");
        let text = text.trim();
        if exact
            && (8..40).contains(&text.len())
            && let Some(time) = stamp(text)
        {
            return (Some(time), own);
        }
        if matches!(name, "title" | "datetime") || name.starts_with("data-") || name == "aria-label" {
            words.push(text);
        }
    }
    words.push(&own);
    let known = words.iter().find_map(|text| zoned(text).or_else(|| with_zone(text)));
    let local =
        words.iter().find(|text| times::tells_time(text)).map_or(own.clone(), |text| (*text).to_owned());
    (known, local)
}

/// An exact time for programs; seconds or milliseconds count.
fn stamp(text: &str) -> Option<Time> {
    if text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Time::parse(text.get(..10)?);
    }
    zoned(text).filter(|_| text.len() != 8)
}

/// A time in words that ends in its zone: "Feb 3, 2024 12:11 UTC", "2 Jan 2024 10:00:01 +0100".
fn with_zone(text: &str) -> Option<Time> {
    let (at, zone) = ["UTC", "GMT"].iter().find_map(|zone| Some((text.find(zone)?, *zone)))?;
    let after = text.get(at + zone.len()..)?;
    if after.starts_with(['+', '-', '−']) {
        return None;
    }
    let before = text.get(..at)?;
    Clock::at(0)
        .moment(before)
        .or_else(|| Clock::at(0).moment(&format!("{before} {}", after.split(['(', ')']).next()?)))
}

//! Times as forums show them: exact ones from attributes, and local ones only where the page says its zone.
//!
//! A date in words, a day without its order (03-04-2024), "yesterday" or a time without a zone is no moment;
//! such a post has no time rather than a wrong one.

use jiff::civil;

use super::selector::Hit;
use crate::thread::Time;

/// When a post was written, as far as the page alone tells.
#[derive(Debug, Clone)]
pub(super) enum When {
    /// A moment.
    Known(Time),
    /// What people in the forum's zone read.
    Local(String),
}

impl When {
    /// What this element says.
    pub(super) fn of(hit: Hit<'_>) -> Option<Self> {
        let value = hit.value()?;
        match zoned(&value) {
            Some(time) if hit.is_exact() => Some(When::Known(time)),
            // "by ann2 » Sun Mar 02, 2014": figures of a name are none of the time.
            _ => Some(When::Local(
                value
                    .rsplit('»')
                    .next()
                    .filter(|rest| !figures(rest).is_empty())
                    .unwrap_or(&value)
                    .trim()
                    .to_owned(),
            )),
        }
    }
}

/// A moment written with its zone, or as seconds since 1970.
pub(in crate::ingest) fn zoned(text: &str) -> Option<Time> {
    let text = text.trim();
    let figures = text.bytes().all(|byte| byte.is_ascii_digit());
    let zone = text.ends_with(['Z', 'z'])
        || text.get(10..).is_some_and(|time| time.contains(['+', '-']) && time.starts_with(['T', ' ']));
    ((figures && text.len() >= 8) || zone).then(|| Time::parse(text)).flatten()
}

/// How the page writes its local times: the zone that it states, and the order of day and month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::ingest) struct Clock {
    /// Seconds east of Greenwich.
    offset: Option<i64>,
    day_first: Option<bool>,
}

impl Clock {
    /// Reads the zone off the end of a page, and the order of day and month off all its dates.
    pub(in crate::ingest) fn of<'t>(text: &str, dates: impl Iterator<Item = &'t str>) -> Self {
        let offset = stated_offset(text);
        if offset.is_none() {
            return Self::default();
        }
        let mut clock = Self { offset, day_first: None };
        for date in dates {
            if let [first, second, _, ..] = *figures(date) {
                match (first, second) {
                    (13..=31, 1..=12) => clock.day_first = Some(true),
                    (1..=12, 13..=31) => clock.day_first = Some(false),
                    _ => continue,
                }
                break;
            }
        }
        clock
    }

    /// A clock of this many seconds east of Greenwich.
    pub(in crate::ingest) fn at(offset: i64) -> Self {
        Self { offset: Some(offset), day_first: None }
    }

    /// The moment of a local time.
    pub(in crate::ingest) fn moment(self, text: &str) -> Option<Time> {
        let offset = self.offset?;
        let local = civil_of(text, self.day_first)?;
        let utc = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
        Time::from_unix(utc - offset)
    }
}

/// The zone that a page states at its end: "All times are GMT -5", "UTC+01:00".
fn stated_offset(text: &str) -> Option<i64> {
    const END: usize = 60_000;
    let mut from = text.len().saturating_sub(END);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let end = text.get(from..)?;
    let at = STATEMENTS.iter().find_map(|words| end.find(words))?;
    // A zone with a name has summers and winters, and the offset is that of today only.
    if end.get(at..)?.split('\n').next().is_some_and(names_a_place) {
        return None;
    }
    let rest = strip_tags(end.get(at..)?);
    let zone = ["GMT", "UTC", "WEZ"].iter().filter_map(|name| rest.find(name)).min()?;
    let after = rest.get(zone + 3..)?.trim_start();
    let sign = match after.chars().next() {
        Some('+') => 1,
        Some('-' | '−' | '–') => -1,
        _ => return Some(if adds_summer(after) { 3_600 } else { 0 }),
    };
    let amount = after.trim_start_matches(['+', '-', '−', '–', ' ']);
    let amount: String = amount.chars().take_while(|c| c.is_ascii_digit() || *c == ':').collect();
    let (hours, minutes) = amount.split_once(':').unwrap_or((&amount, "0"));
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let summer = if adds_summer(after) { 3_600 } else { 0 };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60) + summer)
}

/// Whether an hour is added to the offset: phpBB 3.0 says "UTC + 1 hour [ DST ]" and means two.
fn adds_summer(after: &str) -> bool {
    let bracket = after.split_once('[').map(|(_, rest)| rest.trim_start());
    bracket.is_some_and(|words| SUMMERS.iter().any(|summer| words.starts_with(summer)))
}

/// Whether a zone such as `title="America/New York"` stands at the start of this markup.
fn names_a_place(markup: &str) -> bool {
    let title = markup.split("title=\"").nth(1).and_then(|rest| rest.split('"').next());
    title.is_some_and(|title| title.contains('/') && title.len() < 60)
}

/// The first characters of some markup without its tags.
fn strip_tags(markup: &str) -> String {
    let mut inside = false;
    let shown = markup.chars().filter(|&c| {
        let tag = inside || c == '<';
        inside = (inside || c == '<') && c != '>';
        !tag
    });
    shown.take(120).collect()
}

/// The numbers of a date in their order.
fn figures(text: &str) -> Vec<u32> {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    numbers.filter_map(|part| part.parse().ok()).take(8).collect()
}

/// How pages begin to state the zone of their times.
static STATEMENTS: &[&str] = &[
    "All times are",
    "all times are",
    "Alle Zeitangaben",
    "Alle Zeiten sind",
    "Todos los horarios",
    "La franja horaria es",
    "Heures au format",
    "Le fuseau horaire est",
    "Fuseau horaire",
    "Tutti gli orari",
    "Alle tijden zijn",
    "Todos os hor",
    "Strefa czasowa",
    "Часовой пояс",
];

/// Summer time as phpBB 3.0 marks it after the offset.
static SUMMERS: &[&str] =
    &["DST", "Summer", "Sommerzeit", "Heure d’été", "Heure d'été", "Zomertijd", "Ora legale"];

/// How the months begin, in English and in the languages of large boards.
static MONTHS: &[&[&str]] = &[
    &["jan", "ene", "gen", "янв", "sty"],
    &["feb", "fév", "fev", "фев", "lut"],
    &["mar", "mär", "maa", "mrt", "мар"],
    &["apr", "avr", "abr", "апр", "kwi"],
    &["may", "mai", "mag", "mei", "maj", "май", "мая"],
    &["jun", "juin", "giu", "июн", "cze"],
    &["jul", "juil", "lug", "июл", "lip"],
    &["aug", "aoû", "aou", "ago", "авг", "sie"],
    &["sep", "set", "сен", "wrz"],
    &["oct", "okt", "out", "ott", "окт", "paź"],
    &["nov", "ноя", "lis"],
    &["dec", "dez", "déc", "dic", "дек", "gru"],
];

/// The words of a text.
fn words_of(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

/// The month that this word names, as figures.
fn month_of(word: &str) -> Option<u32> {
    let named = MONTHS.iter().position(|starts| starts.iter().any(|start| word.starts_with(start)));
    named.map(|at| at as u32 + 1)
}

/// A date and time as people write it; `None` where it could be read in two ways.
fn civil_of(text: &str, day_first: Option<bool>) -> Option<civil::DateTime> {
    let lower = text.to_lowercase();
    let numbers = figures(&lower);
    // In "mar. 02 déc. 2014" the first is Tuesday; the month is what stands last before the year.
    let year = lower.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 4);
    let before = year.and_then(|year| lower.split(year).next()).unwrap_or(&lower);
    let named = words_of(before).rev().find_map(month_of);
    let (year, month, day, time) = match (named, numbers.as_slice()) {
        (Some(month), [day, year, time @ ..]) if *day <= 31 && *year > 31 => (*year, month, *day, time),
        (Some(_), _) => return None,
        (None, [year, month, day, time @ ..]) if *year > 31 => (*year, *month, *day, time),
        (None, [first, second, year, time @ ..]) => {
            let sure = if lower.contains('.') && *second <= 12 { Some(true) } else { day_first };
            let (day, month) = if sure? { (*first, *second) } else { (*second, *first) };
            (*year, month, day, time)
        }
        _ => return None,
    };
    let [hour, minute, rest @ ..] = time else { return None };
    let mut hour = *hour;
    // What follows may be the date of a later edit.
    let second = rest.first().copied().filter(|second| lower.contains(&format!(":{minute:02}:{second:02}")));
    let second = second.unwrap_or(0);
    // The first of them: a note of a later edit may follow.
    match words_of(&lower).find(|word| matches!(*word, "am" | "pm")) {
        Some("pm") if hour < 12 => hour += 12,
        Some("am") if hour == 12 => hour = 0,
        _ => {}
    }
    // Two figures are of this century unless they cannot be.
    let year = if year < 70 {
        year + 2_000
    } else if year < 100 {
        year + 1_900
    } else {
        year
    };
    let part = |number: u32| i8::try_from(number).ok();
    civil::DateTime::new(
        i16::try_from(year).ok()?,
        part(month)?,
        part(day)?,
        part(hour)?,
        part(*minute)?,
        part(second)?,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(end: &str, dates: &[&str]) -> Vec<Option<String>> {
        let clock = Clock::of(end, dates.iter().copied());
        dates.iter().map(|date| clock.moment(date).map(|time| time.to_string())).collect()
    }

    #[test]
    fn a_local_time_counts_only_where_the_page_states_its_zone() {
        let date = ["November 29th, 2024, 09:03 AM"];
        assert_eq!(moment("no word of it", &date), [None]);
        let end = "<p>All times are <b>GMT -5</b>. The time now is 1.</p>";
        assert_eq!(moment(end, &date), [Some("2024-11-29T14:03:00Z".to_owned())]);
        assert_eq!(
            moment("All times are UTC+05:30", &["2024-08-03 10:59:47"]),
            [Some("2024-08-03T05:29:47Z".to_owned())]
        );
        assert_eq!(moment("All times are GMT.", &["Yesterday, 12:30 PM"]), [None]);
    }

    #[test]
    fn the_order_of_day_and_month_is_learnt_or_left_open() {
        let end = "All times are UTC";
        assert_eq!(moment(end, &["03-04-2024, 12:05 AM"]), [None]);
        let both = moment(end, &["03-04-2024, 12:05 AM", "11-29-2024, 01:00 PM"]);
        assert_eq!(both[0].as_deref(), Some("2024-03-04T00:05:00Z"));
        assert_eq!(moment(end, &["03.04.2024, 12:05"])[0].as_deref(), Some("2024-04-03T12:05:00Z"));
    }

    #[test]
    fn months_are_known_in_the_languages_of_large_boards() {
        let cases = [
            (
                "Alle Zeiten sind UTC + 1 Stunde [ Sommerzeit ]",
                "So 2. Mär 2014, 10:11",
                "2014-03-02T08:11:00Z",
            ),
            ("Le fuseau horaire est UTC+02:00", "mar. 02 déc. 2014 10:11", "2014-12-02T08:11:00Z"),
            (
                "Alle Zeitangaben in WEZ +1. Es ist jetzt 10:11 Uhr.",
                "02.03.2014, 10:11",
                "2014-03-02T09:11:00Z",
            ),
            ("All times are UTC - 5 hours [ DST ]", "Sun Mar 02, 2014 10:11 am", "2014-03-02T14:11:00Z"),
        ];
        for (end, date, expected) in cases {
            assert_eq!(moment(end, &[date])[0].as_deref(), Some(expected), "{date}");
        }
        assert_eq!(moment("All times are UTC", &["5 minutes ago, at 10:11"]), [None]);
    }

    #[test]
    fn the_half_of_the_day_is_that_of_the_first_time() {
        let date = "29-11-2024, 10:11 AM (last modified: 29-11-2024, 1:12 PM by ann)";
        assert_eq!(moment("All times are GMT.", &[date])[0].as_deref(), Some("2024-11-29T10:11:00Z"));
    }

    #[test]
    fn a_time_without_zone_is_not_exact() {
        assert!(zoned("2024-01-02T12:32:14+0000").is_some());
        assert!(zoned("1704198734").is_some());
        assert!(zoned("2024-01-02T12:32:14").is_none());
        assert!(zoned("Jan 2, 2024").is_none());
    }
}

//! What tells a time: attributes that hold one, and words in the languages most forums are in.

use scraper::node::Element;

use crate::ingest::html::attribute;

/// Attributes that hold an exact time.
static TIME_ATTRIBUTES: &[&str] = &[
    "datetime",
    "data-time",
    "data-timestamp",
    "data-utime",
    "data-unix",
    "data-at-unix",
    "data-date",
    "data-datetime",
    "data-created",
    "data-created-at",
    "data-posttime",
    "data-epoch",
    "data-iso",
];

/// Attributes that hold words for people, among them times.
static TIPS: &[&str] = &[
    "title",
    "data-tippy-content",
    "data-original-title",
    "data-tooltip",
    "aria-label",
    "data-title",
    "alt",
];

/// The time in an attribute of this element: what it says, and whether it is exact.
pub(super) fn time_attribute(element: &Element) -> Option<(&str, bool)> {
    let exact = TIME_ATTRIBUTES.iter().find_map(|name| attribute(element, name));
    if let Some(value) = exact.filter(|value| is_stamp(value) || tells_time(value)) {
        return Some((value, true));
    }
    if element.name() == "meta" {
        let is_time = attribute(element, "itemprop").is_some_and(|name| name.starts_with("date"));
        return attribute(element, "content").filter(|_| is_time).map(|value| (value, true));
    }
    if matches!(element.name(), "img" | "input") {
        return None;
    }
    TIPS.iter()
        .find_map(|name| attribute(element, name))
        .filter(|value| tells_time(value))
        .map(|value| (value, false))
}

/// Whether this is seconds or milliseconds since 1970 of a time since the web.
fn is_stamp(value: &str) -> bool {
    (9..=13).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

static UNITS: &[&str] = &[
    "sec",
    "min",
    "hour",
    "hr",
    "day",
    "week",
    "month",
    "year",
    "ago",
    "sekunde",
    "minute",
    "stunde",
    "tag",
    "tage",
    "woche",
    "monat",
    "jahr",
    "heure",
    "jour",
    "semaine",
    "mois",
    "année",
    "ans",
    "hora",
    "día",
    "dia",
    "semana",
    "mes",
    "año",
    "ano",
    "giorn",
    "ore",
    "settiman",
    "mesi",
    "ann",
    "uur",
    "dag",
    "jaar",
    "maand",
    "godzin",
    "dni",
    "lat",
    "rok",
    "miesi",
    "час",
    "минут",
    "дн",
    "день",
    "недел",
    "месяц",
    "лет",
    "год",
    "saat",
    "gün",
    "hafta",
    "yıl",
    "前",
    "전",
];

static AGO: &[&str] = &[
    "ago",
    "vor ",
    "il y a",
    "hace ",
    "há ",
    "fa",
    "geleden",
    "temu",
    "назад",
    "önce",
    "sedan",
    "siden",
    "sitten",
    "前",
    "전",
];

static DAYS: &[&str] = &[
    "yesterday",
    "today",
    "just now",
    "gestern",
    "heute",
    "hier",
    "aujourd'hui",
    "ayer",
    "hoy",
    "ontem",
    "hoje",
    "ieri",
    "oggi",
    "gisteren",
    "vandaag",
    "wczoraj",
    "dzisiaj",
    "вчера",
    "сегодня",
    "igår",
    "idag",
];

static MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mai", "okt", "dez",
    "fév", "avr", "juil", "aoû", "déc", "ene", "abr", "ago", "dic", "fev", "set", "out", "gen", "mag", "giu",
    "lug", "ott", "mrt", "mei", "sty", "lut", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru",
    "янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек", "mär", "juin",
    "juillet", "août", "şub", "nis", "haz", "tem", "ağu", "eyl", "eki", "kas", "ara",
];

/// Characters of a text that can be a time and nothing else of weight.
const TIME_WORDS: usize = 90;

/// Whether these few words tell when something was written.
pub(super) fn tells_time(text: &str) -> bool {
    let text = text.trim();
    if text.len() > TIME_WORDS || text.len() < 2 {
        return false;
    }
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_digit()) {
        // Most short texts of a page: none of what follows but a day's name can be in it.
        let mut words = text.split(|c: char| !c.is_alphabetic() && c != '\'');
        let is_day = |word: &str| DAYS.iter().any(|day| word.eq_ignore_ascii_case(day));
        return text.len() < 60 && (text.eq_ignore_ascii_case("just now") || words.any(is_day));
    }
    let lower = text.to_lowercase();
    if DAYS.iter().any(|day| lower.split(|c: char| !c.is_alphabetic() && c != '\'').any(|word| word == *day))
        || lower == "just now"
    {
        return lower.chars().count() < 60;
    }
    if !lower.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let numbers: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let year = numbers.iter().any(|n| n.len() == 4 && (n.starts_with("19") || n.starts_with("20")));
    let named = || {
        lower
            .split(|c: char| !c.is_alphabetic())
            .any(|word| MONTHS.iter().any(|month| word.starts_with(month)) && word.chars().count() <= 10)
    };
    if is_clock(&lower) || (year && numbers.len() >= 3 && has_date_marks(&lower)) || has_short_date(&lower) {
        return true;
    }
    if named() && (numbers.len() >= 2 || numbers.iter().any(|n| n.len() <= 2)) && numbers.len() <= 8 {
        return true;
    }
    let unit = |word: &str| UNITS.iter().any(|unit| word.starts_with(unit));
    let words = || lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let short =
        |word: &str| matches!(word, "s" | "m" | "h" | "d" | "w" | "y" | "mo" | "min" | "hr" | "hrs" | "yr");
    if AGO.iter().any(|ago| lower.contains(ago)) && words().any(unit) && numbers.len() <= 4 {
        return true;
    }
    words().count() == 1
        && numbers.len() == 1
        && numbers[0].len() <= 2
        && words().all(short)
        && lower.len() <= 6
}

/// Whether a time of day stands in it: `9:05`.
fn is_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b':', bytes).any(|at| {
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        at > 0
            && digit(at - 1)
            && digit(at + 1)
            && digit(at + 2)
            && !digit(at + 3)
            && !(at > 2 && digit(at - 2) && digit(at - 3))
    })
}

fn has_date_marks(text: &str) -> bool {
    text.contains(['-', '/', '.', '年', '월'])
}

/// Whether a day, month and year stand in it: `3/11/05`, `3.11.2005`.
fn has_short_date(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '/' | '.' | '-'))).any(|part| {
        ['/', '.', '-'].iter().any(|&mark| {
            let pieces: Vec<&str> = part.trim_matches(['.', '-', '/']).split(mark).collect();
            // A year has two figures at least: `1.2.3` is a version.
            pieces.len() == 3
                && (pieces[0].len() >= 2 || pieces[2].len() >= 2)
                && pieces.iter().all(|piece| {
                    matches!(piece.len(), 1 | 2 | 4) && piece.bytes().all(|b| b.is_ascii_digit())
                })
                && pieces
                    .iter()
                    .filter_map(|piece| piece.parse::<u32>().ok())
                    .filter(|&n| (1..=31).contains(&n))
                    .count()
                    >= 2
        })
    })
}

static NOT_WRITTEN: &[&str] = &[
    "join",
    "registered",
    "member since",
    "registriert",
    "dabei seit",
    "mitglied seit",
    "beigetreten",
    "inscri",
    "inscrit",
    "membre depuis",
    "registrado",
    "se unió",
    "membro desde",
    "membro dal",
    "iscritto",
    "lid sinds",
    "geregistreerd",
    "dołączył",
    "rejestracja",
    "зарегистрирован",
    "регистрация",
    "reged",
    "last edited",
    "edited by",
    "last visit",
    "last seen",
    "last activity",
    "last modified",
    "zuletzt bearbeitet",
    "bearbeitet von",
    "edited",
    "updated",
    "geändert",
    "modifié",
    "dernière édition",
    "editado",
    "modificato",
    "отредактировано",
    "последний раз",
    "last reply",
    "last post",
    "letzter beitrag",
    "birthday",
    "expires",
    "since",
];

/// Whether a time with these words before or in it is of something else than the writing.
pub(super) fn tells_of_something_else(text: &str) -> bool {
    let lower = text.to_lowercase();
    NOT_WRITTEN.iter().any(|words| lower.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_other_words() {
        let times = [
            "3 hours ago",
            "Yesterday, 10:20 PM",
            "03-04-2024, 12:05 AM",
            "vor 3 Tagen",
            "4 Nov 2021",
            "2024-01-02",
            "il y a 2 jours",
            "5h",
            "le Lun 4 Mar - 10:22",
            "12.3.2019",
            "November 29, 2024",
            "2 дня назад",
            "« Reply #1 on: March 4, 2025, 08:29:05 AM »",
            "3/11/05 10:04",
            "2 Jan @ 4:05pm",
        ];
        for time in times {
            assert!(tells_time(time), "{time}");
        }
        for other in [
            "Reply",
            "Posts: 1,203",
            "#12",
            "5 comments",
            "Page 1 of 3",
            "version 1.2.3",
            "Member",
            "3 Beiträge",
        ] {
            assert!(!tells_time(other), "{other}");
        }
    }
}

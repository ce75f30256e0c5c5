//! How the formats for people word what the view says, so that all of them hedge alike.
//!
//! Whatever rests on a link that is less sure than not is called "perhaps"; every other guess bears its
//! percentage. The JSON contract keeps the bare words.

use super::address::plain;
use crate::analyse::{Label, SentenceKind};
use crate::report::{Report, StandingView, SummaryView, ThreadView};
use crate::thread::Confidence;

/// A whole percentage.
pub(super) fn percent(confidence: Confidence) -> i64 {
    (confidence.value() * 100.0).round() as i64
}

/// Whether it is less sure than not.
pub(super) fn is_weak(confidence: Option<Confidence>) -> bool {
    confidence.is_some_and(|confidence| percent(confidence) < 50)
}

/// How a claim stands: "falls, 72 % sure", "perhaps falls, 18 % sure", "unopposed".
pub(super) fn standing(standing: &StandingView) -> String {
    let word = match (standing.label, standing.confidence) {
        (Label::Stands, None) => "unopposed",
        (Label::Stands, Some(_)) => "stands",
        (Label::Falls, _) => "falls",
        (Label::Contested, _) => "contested",
    };
    match standing.confidence {
        None => word.to_owned(),
        Some(confidence) => {
            let perhaps = if is_weak(standing.confidence) { "perhaps " } else { "" };
            format!("{perhaps}{word}, {} % sure", percent(confidence))
        }
    }
}

/// What a sentence of the summary is there for: "Against it", "Perhaps in reply".
pub(super) fn lead(sentence: &SummaryView) -> String {
    match (is_weak(sentence.confidence), sentence.kind) {
        (true, SentenceKind::Objection) => "Perhaps against it".to_owned(),
        (true, SentenceKind::Answer) => "Perhaps in reply".to_owned(),
        _ => sentence.lead.to_owned(),
    }
}

/// The sentence in quotation marks, with dots where its author began before or goes on.
pub(super) fn quotation(sentence: &SummaryView) -> String {
    let (before, after) = (if sentence.cut_before { "… " } else { "" }, if sentence.cut { " …" } else { "" });
    format!("{before}“{}”{after}", plain(&sentence.text))
}

/// One sentence for a thread that is no argument; `None` for one that is.
pub(super) fn no_argument(report: &Report) -> Option<&'static str> {
    let has = |kind| report.summary.iter().any(|sentence| sentence.kind == kind);
    if report.summary.is_empty() {
        return Some("There was too little argument to sum up.");
    }
    if has(SentenceKind::Objection) || has(SentenceKind::Point) {
        return None;
    }
    Some(if has(SentenceKind::MostAnswered) {
        "Hardly anybody here is seen to object to anybody, so this quotes the posts that drew most replies."
    } else {
        "Hardly anybody here is seen to object to anybody."
    })
}

/// How much of the thread this covers, where that is not nearly all of it.
pub(super) fn partial(report: &Report) -> Option<String> {
    let (read, declared) = (report.coverage.read as u64, u64::from(report.coverage.declared?));
    let is_most = read * 10 >= declared * 9;
    (!is_most).then(|| {
        let share = (read * 100).checked_div(declared).unwrap_or(0);
        format!("This covers {read} of the thread’s {declared} posts ({share} %); the others were not read.")
    })
}

/// The title; the first words of the first post where there is none.
pub(super) fn title(thread: &ThreadView) -> String {
    let title = plain(&thread.title);
    if !title.trim().is_empty() {
        return title;
    }
    let posts = thread.posts.as_deref().unwrap_or_default();
    let words = posts.iter().map(|post| post.text.trim()).find(|text| !text.is_empty());
    match words {
        Some(words) => format!("Thread without a title: {}", short(&plain(words), 60)),
        None => "Untitled thread".to_owned(),
    }
}

/// A platform's name as its own people write it.
pub(super) fn platform(name: &str) -> String {
    match name {
        "hacker_news" => "Hacker News".to_owned(),
        "reddit" => "Reddit".to_owned(),
        "lemmy" => "Lemmy".to_owned(),
        "discourse" => "Discourse".to_owned(),
        "ndjson" => "comments in NDJSON".to_owned(),
        "mbox" => "mailing list".to_owned(),
        "xenforo" => "XenForo".to_owned(),
        "phpbb" => "phpBB".to_owned(),
        "vbulletin" => "vBulletin".to_owned(),
        "mybb" => "MyBB".to_owned(),
        "smf" => "SMF".to_owned(),
        "wordpress" => "WordPress".to_owned(),
        "bbpress" => "bbPress".to_owned(),
        "github" => "GitHub".to_owned(),
        "stack_exchange" => "Stack Exchange".to_owned(),
        "youtube" => "YouTube".to_owned(),
        "nodebb" => "NodeBB".to_owned(),
        "wikitalk" => "wiki talk page".to_owned(),
        "aif" => "AIF".to_owned(),
        "generic" => "a site of no known kind".to_owned(),
        "schema_org" => "a site of no known kind (schema.org data)".to_owned(),
        other if other.len() > 3 && !other.contains('_') => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        other => other.replace('_', " "),
    }
}

/// The start of a text in one line, cut at a word where possible.
pub(super) fn short(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(most + 4);
    let mut count = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if count + length > most {
            if count == 0 {
                line.extend(word.chars().take(most));
            }
            line.push('…');
            break;
        }
        if count > 0 {
            line.push(' ');
        }
        line.push_str(word);
        count += length + 1;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rests_on_a_weak_link_is_called_perhaps() {
        let of = |label, confidence: Option<f64>| {
            let confidence = confidence.map(Confidence::clamped);
            standing(&StandingView { unit: 0, label, confidence, strength: 0.5, reason: String::new() })
        };
        assert_eq!(of(Label::Falls, Some(0.18)), "perhaps falls, 18 % sure");
        assert_eq!(of(Label::Falls, Some(0.5)), "falls, 50 % sure");
        assert_eq!(of(Label::Stands, None), "unopposed");
    }
}

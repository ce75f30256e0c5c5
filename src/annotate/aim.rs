//! Which passage of the parent a reply aims at, judged by words, quotations and places alone.
//!
//! A conditional logit (McFadden 1974) over the parent's passages: what they share with the reply's words and
//! with what it quotes, where they stand and how they look. It never reads meaning; the model adds its own view
//! to these scores. `training/target.py` fits the weights on replies whose target a reader named.

use super::Exchange;
use crate::thread::Span;
use crate::words;

/// How many signs a passage shows.
pub(super) const SIGNS: usize = 17;

/// Passages of a parent among which a target is looked for: a longer post would be read again for each of its replies.
pub(super) const MOST_PASSAGES: usize = 300;

/// What each sign weighs, in the order of [`signs`].
const WEIGHTS: [f64; SIGNS] = [
    0.57, 0.26, 0.69, 1.23, 0.19, 0.18, 0.50, 0.65, 0.03, 0.40, 0.58, 1.07, -0.01, -0.99, 0.41, -0.85, -0.46,
];

/// Log-odds of each of the parent's passages, up to a constant; `main` is the reply's main passage.
pub(super) fn scores(exchange: &Exchange<'_>, main: Option<usize>) -> Vec<f64> {
    let weigh = |signs: [f64; SIGNS]| signs.iter().zip(WEIGHTS).map(|(sign, weight)| sign * weight).sum();
    signs(exchange, main).into_iter().map(weigh).collect()
}

/// The probabilities that such scores stand for.
pub(super) fn shares(scores: &[f64]) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::MIN, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The signs of each of the parent's passages.
pub(super) fn signs(exchange: &Exchange<'_>, main: Option<usize>) -> Vec<[f64; SIGNS]> {
    let Some(parent) = exchange.parent else { return Vec::new() };
    let own = words::content_words(&joined(exchange.text, exchange.passages));
    let main = exchange.passages.get(main.unwrap_or(0));
    let said = main.map_or_else(Vec::new, |span| words::content_words(span.slice(exchange.text)));
    let quoted = words::content_words(&quotations(exchange.text).collect::<Vec<_>>().join("\n"));
    let before = main.map_or_else(Vec::new, |span| quoted_before(exchange.text, span.start()));
    let block = words::content_words(&before.join("\n"));
    let near = words::content_words(&before[before.len().saturating_sub(2)..].join("\n"));
    let last = exchange.parent_passages.len().saturating_sub(1);
    let mut all: Vec<[f64; SIGNS]> = Vec::with_capacity(last + 1);
    let mut repeated = None;
    for (at, span) in exchange.parent_passages.iter().enumerate() {
        let text = span.slice(parent);
        let content = words::content_words(text);
        let count = words::each(text).count();
        let many = content.len().max(1) as f64;
        let share = |of: &[u64]| words::shared(&content, of) as f64 / many;
        let common = words::shared(&content, &own) as f64;
        let is = |sign: bool| f64::from(u8::from(sign));
        let in_block = share(&block);
        if in_block > 0.7 {
            repeated = Some(at);
        }
        let lower = text.trim().to_lowercase();
        let has = |list: &[&str]| words::each(&lower).any(|(_, word)| list.contains(&word));
        all.push([
            common / many.sqrt(),
            is(common > 0.0),
            (1.0 + count as f64).ln(),
            is(lower.ends_with('?')),
            is(at == 0),
            is(at == last),
            share(&quoted),
            in_block,
            share(&near),
            is(in_block > 0.7),
            share(&said),
            words::shared(&content, &said) as f64 / many.sqrt(),
            0.0,
            is(count < 4),
            is(has(JUDGING)),
            is(has(COURTESIES)),
            is(lower.contains("://")),
        ]);
    }
    // Of several passages quoted right above the answer the last one is meant most often.
    if let Some(signs) = repeated.and_then(|at| all.get_mut(at)) {
        signs[12] = 1.0;
    }
    all
}

const JUDGING: &[&str] =
    &["should", "must", "need", "think", "believe", "wrong", "better", "best", "never", "always"];
const COURTESIES: &[&str] = &["thanks", "regards", "hi", "hello", "cheers"];

fn joined(text: &str, spans: &[Span]) -> String {
    spans.iter().map(|span| span.slice(text)).collect::<Vec<_>>().join("\n")
}

/// The lines that the reply quotes, without the mark.
fn quotations(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix('>'))
}

/// The lines of the quotation that stands last before a place, without those that quote in turn.
fn quoted_before(text: &str, place: usize) -> Vec<&str> {
    let above = text.get(..place).unwrap_or_default();
    let lines = above.lines().rev().skip_while(|line| !line.starts_with('>'));
    let block = lines.take_while(|line| line.starts_with('>')).filter_map(|line| line.strip_prefix('>'));
    let mut block: Vec<&str> =
        block.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('>')).collect();
    block.reverse();
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment;
    use crate::thread::Body;

    fn best(reply: &str, parent: &str) -> usize {
        let (body, parent) = (Body::from_plain(reply), Body::from_plain(parent));
        let (passages, parent_passages) = (segment::split(&body), segment::split(&parent));
        let exchange = Exchange {
            text: body.text(),
            passages: &passages,
            parent: Some(parent.text()),
            parent_passages: &parent_passages,
        };
        let scores = scores(&exchange, None);
        let best = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        best.map_or(usize::MAX, |(at, _)| at)
    }

    const PARENT: &str =
        "Hello all. The bridge should be closed to lorries. The bakery is open again on Sundays. Thanks";

    #[test]
    fn shared_words_point_at_a_passage() {
        assert_eq!(best("Lorries have no other way over the river than the bridge.", PARENT), 1);
        assert_eq!(best("Only until noon, says the note on the door of the bakery.", PARENT), 2);
    }

    #[test]
    fn the_quotation_above_the_answer_points_at_a_passage() {
        let reply = "> The bakery is open again on Sundays.\n\nThat is wonderful news for everybody here.";
        assert_eq!(best(reply, PARENT), 2);
    }

    #[test]
    fn nothing_is_aimed_at_where_nothing_is_said() {
        let exchange = Exchange { text: "", passages: &[], parent: None, parent_passages: &[] };
        assert!(scores(&exchange, None).is_empty());
    }
}

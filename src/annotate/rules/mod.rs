//! Cue words and punctuation: the explainable floor.
//!
//! A reply or passage gathers cues (phrases at the beginning of the post, of a passage, or anywhere) and
//! signs (length, marks, negations, what it shares with its parent). Each has a weight for each answer; the
//! weights add up, and the reason given is the cue that spoke loudest for the answer. Nothing else is
//! known: no grammar, no topic, no world.
//!
//! The cues come from the literature on discourse markers and stance, extended by topic-independent
//! phrases: Knott and Dale 1994 (cue phrases); Stab and Gurevych 2014 and 2017, Eckle-Kohler, Kluge and
//! Gurevych 2015 (markers of claims and premises); Palau and Moens 2009; Hyland 2005 (hedges and
//! boosters); Abbott et al. 2011 and Misra and Walker 2013 (topic-independent markers of agreement and
//! disagreement); Somasundaran and Wiebe 2010 (arguing lexicon). How the weights were measured is said in
//! `weights.rs`.
//!
//! Why added weights and not the first rule that fits: "yes, but", "I don't disagree", "no problem" need
//! two cues weighed against each other, and a sum of log-odds is a probability, so its confidence is
//! honest; a rule's is made up.

mod lexicon;
mod reading;
mod signs;
mod tone;
mod weights;

use std::borrow::Cow;

use lexicon::{Lexicon, Place, Word};
use reading::Counts;
use signs::Sign;
use weights::{CUES, PASSAGE, REPLY};

use super::{Annotator, Exchange, Judgement, Question, abstention, foreign, spread};
use crate::argument::{Annotation, Role, Stance, Tone};

/// Judges by cue words.
#[derive(Debug)]
pub struct Rules;

const NAME: &str = "rules";

impl Rules {
    /// Judgements with the probabilities of all answers, for annotators that start from them.
    pub(super) fn judge_with_shares(&self, exchanges: &[Exchange<'_>]) -> Vec<(Judgement, Shares)> {
        let mut reader = Reader::new();
        let each = exchanges.iter().map(|exchange| {
            let mut shares = Shares::default();
            let judgement = reader.judge(exchange, &mut shares);
            (judgement, shares)
        });
        each.collect()
    }

    /// The tone of each passage, for annotators that leave the naming of insults to a word list.
    pub(super) fn tones(exchange: &Exchange<'_>) -> Vec<Annotation<Tone>> {
        exchange.passages.iter().map(|span| tone::of(span.slice(exchange.text))).collect()
    }

    /// Whether a passage denies, speaks of its author or praises, so that nobody should read an insult into it.
    #[cfg(feature = "model")]
    pub(super) fn spares(passage: &str) -> bool {
        tone::is_spared(passage)
    }
}

/// The probabilities of all answers of one exchange.
#[derive(Debug, Default)]
pub(super) struct Shares {
    /// Of its stance; empty without a parent.
    pub stance: Vec<f64>,
    /// Of each passage's role.
    pub roles: Vec<[f64; 5]>,
}

/// The answers in the order of the weights.
static STANCES: [Stance; 4] = [Stance::Agree, Stance::Disagree, Stance::Neutral, Stance::Question];
static ROLES: [Role; 5] = [Role::Claim, Role::Premise, Role::Question, Role::Concession, Role::None];

impl Annotator for Rules {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "cue words and punctuation; explainable, right about six times of ten"
    }

    fn judge(&self, exchanges: &[Exchange<'_>]) -> Vec<Judgement> {
        let mut reader = Reader::new();
        exchanges.iter().map(|exchange| reader.judge(exchange, &mut Shares::default())).collect()
    }

    fn weigh(&self, question: Question, exchanges: &[Exchange<'_>], answers: &[&str]) -> Vec<Vec<f64>> {
        let mut reader = Reader::new();
        exchanges.iter().map(|exchange| reader.weigh(question, exchange, answers)).collect()
    }
}

/// What speaks for an answer: a cue or a sign, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Clue {
    Sign(Sign),
    Cue(u16),
}

/// Reads exchanges one after the other, with buffers that are used again.
struct Reader {
    lexicon: &'static Lexicon,
    words: Vec<Word>,
    /// Where each passage's words begin; one more entry closes the last.
    starts: Vec<usize>,
    counts: Vec<Counts>,
    parent: Vec<u64>,
    signs: Vec<Sign>,
    reply: Vec<Clue>,
    passage: Vec<Clue>,
}

impl Reader {
    fn new() -> Self {
        Self {
            lexicon: Lexicon::get(),
            words: Vec::new(),
            starts: Vec::new(),
            counts: Vec::new(),
            parent: Vec::new(),
            signs: Vec::new(),
            reply: Vec::new(),
            passage: Vec::new(),
        }
    }

    fn judge(&mut self, exchange: &Exchange<'_>, shares: &mut Shares) -> Judgement {
        if foreign(exchange).is_some() {
            return abstention(exchange, NAME);
        }
        self.read(exchange);
        let mut roles = Vec::with_capacity(exchange.passages.len());
        let mut tones = Vec::with_capacity(exchange.passages.len());
        for (at, span) in exchange.passages.iter().enumerate() {
            let text = span.slice(exchange.text);
            self.clues_of_passage(text, at);
            let answer = weigh_role(&self.passage);
            shares.roles.push(answer.shares);
            roles.push(role(&answer, &self.counts[at]));
            tones.push(tone::of(text));
        }
        let stance = exchange.parent.map(|_| {
            self.clues_of_reply(exchange);
            let answer = weigh_stance(&self.reply);
            shares.stance = answer.shares.to_vec();
            stance(&answer)
        });
        Judgement { stance, roles, tones, foreign: None, main: None, target: None }
    }

    fn weigh(&mut self, question: Question, exchange: &Exchange<'_>, answers: &[&str]) -> Vec<f64> {
        self.read(exchange);
        for (at, span) in exchange.passages.iter().enumerate() {
            self.clues_of_passage(span.slice(exchange.text), at);
        }
        match question {
            Question::Stance => {
                self.clues_of_reply(exchange);
                let shares = weigh_stance(&self.reply).shares;
                let known: Vec<_> = STANCES.iter().map(|stance| stance.as_str()).zip(shares).collect();
                spread(answers, &known)
            }
            Question::Role => {
                let shares = weigh_role(&self.passage).shares;
                let known: Vec<_> = ROLES.iter().map(|role| role.as_str()).zip(shares).collect();
                spread(answers, &known)
            }
            Question::Tone => {
                let tones = Rules::tones(exchange);
                let worst = tones.iter().max_by(|a, b| {
                    (a.value, a.confidence.value())
                        .partial_cmp(&(b.value, b.confidence.value()))
                        .unwrap_or(std::cmp::Ordering::Equal)
                });
                let sure = worst.map_or(0.0, |tone| {
                    if tone.value == Tone::Ok {
                        1.0 - tone.confidence.value()
                    } else {
                        tone.confidence.value()
                    }
                });
                let attack = worst.is_some_and(|tone| tone.value == Tone::Insult);
                let (rude, insult) = if attack { (0.0, sure) } else { (sure, sure / 2.0) };
                let other = answers
                    .iter()
                    .find(|answer| !matches!(**answer, "ok" | "rude"))
                    .copied()
                    .unwrap_or("insult");
                spread(answers, &[("ok", 1.0 - sure.max(insult)), ("rude", rude), (other, insult)])
            }
            Question::Spam => {
                let sure = if self.counts.iter().any(|counts| counts.links > 0) { 0.8 } else { 0.35 };
                spread(answers, &[("ok", 1.0 - sure), ("spam", sure)])
            }
        }
    }

    fn read(&mut self, exchange: &Exchange<'_>) {
        self.words.clear();
        self.starts.clear();
        self.counts.clear();
        self.reply.clear();
        reading::long_words(exchange.parent.unwrap_or_default(), &mut self.parent);
        for span in exchange.passages {
            self.starts.push(self.words.len());
            let text = span.slice(exchange.text);
            self.counts.push(reading::read(self.lexicon, text, &self.parent, &mut self.words));
        }
        self.starts.push(self.words.len());
    }

    /// Gathers what the passage's role goes by; its cues count for the reply as well.
    fn clues_of_passage(&mut self, text: &str, at: usize) {
        self.passage.clear();
        self.signs.clear();
        signs::of_passage(&self.counts[at], text, &mut self.signs);
        self.passage.extend(self.signs.iter().map(|&sign| Clue::Sign(sign)));
        let signs = self.passage.len();
        let words = &self.words[self.starts[at]..self.starts[at + 1]];
        if let Some((cue, _)) = self.lexicon.longest(Place::Passage, words) {
            self.passage.push(Clue::Cue(cue));
        }
        let mut read = 0;
        while read < words.len() {
            match self.lexicon.longest(Place::Anywhere, &words[read..]) {
                Some((cue, len)) => {
                    self.passage.push(Clue::Cue(cue));
                    read += len;
                }
                None => read += 1,
            }
        }
        self.passage[signs..].sort_unstable();
        self.passage.dedup();
        self.reply.extend_from_slice(&self.passage[signs..]);
    }

    /// Gathers what the reply's stance goes by, once its passages are read.
    fn clues_of_reply(&mut self, exchange: &Exchange<'_>) {
        let first = self.starts.get(1).copied().unwrap_or(0);
        for at in self.openings(first) {
            if let Some((cue, _)) = self.lexicon.longest(Place::Post, &self.words[at..]) {
                self.reply.push(Clue::Cue(cue));
            }
        }
        self.signs.clear();
        let quotes = exchange.text.starts_with("> ") || exchange.text.contains("\n> ");
        let seen =
            signs::Seen { text: exchange.text, passages: &self.counts, quotes, parent: exchange.parent };
        signs::of_reply(&seen, &mut self.signs);
        self.reply.extend(self.signs.iter().map(|&sign| Clue::Sign(sign)));
        self.reply.sort_unstable();
        self.reply.dedup();
    }

    /// Where the reply may be said to begin: at its first word, and after greetings and sighs.
    fn openings(&self, first: usize) -> impl Iterator<Item = usize> + use<> {
        let is = |at: usize, words: &[&str]| {
            self.words.get(at).is_some_and(|&word| {
                word != 0 && words.iter().any(|other| self.lexicon.word(other.as_bytes()) == word)
            })
        };
        let mut found = [Some(0), None, None];
        let mut at = 0;
        for slot in &mut found[1..] {
            if is(at, &["hi", "hello", "hey", "dear"]) {
                let end = (at + 1..at + 6).find(|&end| end == first || is(end, &[",", "!"]));
                at = end.map_or(at + 1, |end| if end == first { end } else { end + 1 });
            } else if is(at, &["lol", "lmao", "haha", "ha", "oh", "ah", "um", "uh", "hmm", "well", "@", "so"])
            {
                at += 1;
                at += usize::from(is(at, &[",", ".", "!", "..."]));
            } else {
                break;
            }
            *slot = Some(at);
        }
        let end = self.words.len();
        found.into_iter().flatten().filter(move |&at| at < end)
    }
}

fn weigh_stance(clues: &[Clue]) -> Answer<4> {
    weigh(clues, |clue| match clue {
        Clue::Sign(sign) => REPLY[usize::from(sign)],
        Clue::Cue(cue) => CUES[usize::from(cue)].1,
    })
}

fn weigh_role(clues: &[Clue]) -> Answer<5> {
    weigh(clues, |clue| match clue {
        Clue::Sign(sign) => PASSAGE[usize::from(sign)],
        Clue::Cue(cue) => CUES[usize::from(cue)].2,
    })
}

fn stance(answer: &Answer<4>) -> Annotation<Stance> {
    let why = reason(answer.clue, signs::OF_REPLY);
    Annotation::new(STANCES[answer.choice], answer.probability, NAME, why)
}

fn role(answer: &Answer<5>, counts: &Counts) -> Annotation<Role> {
    if counts.words == 0 {
        return Annotation::new(Role::None, 0.97, NAME, "has no words");
    }
    let why = reason(answer.clue, signs::OF_PASSAGE);
    Annotation::new(ROLES[answer.choice], answer.probability, NAME, why)
}

struct Answer<const N: usize> {
    choice: usize,
    probability: f64,
    /// The probability of every answer.
    shares: [f64; N],
    /// What spoke loudest for it.
    clue: Option<Clue>,
}

/// Adds up the weights, which are hundredths of log-odds.
fn weigh<const N: usize>(clues: &[Clue], weights: impl Fn(Clue) -> [i16; N]) -> Answer<N> {
    let mut sums = [0i32; N];
    for &clue in clues {
        for (sum, weight) in sums.iter_mut().zip(weights(clue)) {
            *sum += i32::from(weight);
        }
    }
    let choice = (1..N).fold(0, |best, at| if sums[at] > sums[best] { at } else { best });
    let top = sums[choice];
    let total: f64 = sums.iter().map(|&sum| (f64::from(sum - top) / 100.0).exp()).sum();
    let for_choice = |clue: Clue| {
        let weights = weights(clue);
        let sum: i32 = weights.iter().map(|&weight| i32::from(weight)).sum();
        i32::from(weights[choice]) * N as i32 - sum
    };
    // A cue tells a reader more than a sign; one that hardly speaks does not.
    let loudest = |wanted: fn(Clue) -> bool, least: i32| {
        let clues = clues.iter().copied().filter(|&clue| clue != Clue::Sign(0) && wanted(clue));
        clues.max_by_key(|&clue| for_choice(clue)).filter(|&clue| for_choice(clue) > least)
    };
    let cue = loudest(|clue| matches!(clue, Clue::Cue(_)), 25 * N as i32);
    let shares = sums.map(|sum| (f64::from(sum - top) / 100.0).exp() / total);
    Answer { choice, probability: 1.0 / total, shares, clue: cue.or_else(|| loudest(|_| true, 0)) }
}

/// The clue in words.
fn reason(clue: Option<Clue>, signs: &[&'static str]) -> Cow<'static, str> {
    match clue {
        None => Cow::Borrowed(signs[0]),
        Some(Clue::Sign(sign)) => Cow::Borrowed(signs[usize::from(sign)]),
        Some(Clue::Cue(cue)) => {
            let (place, words) = Place::of(CUES[usize::from(cue)].0);
            let verb = match place {
                Place::Post => "begins with",
                Place::Passage => "a sentence begins with",
                Place::Anywhere => "has",
            };
            let mut said = String::with_capacity(verb.len() + words.len() + 8);
            said.push_str(verb);
            said.push_str(" \u{201c}");
            for (at, word) in words.split(' ').enumerate() {
                if at > 0 && !matches!(word, "," | "." | "?" | "!" | ";" | ":" | "...") {
                    said.push(' ');
                }
                said.push_str(if word == "#" {
                    "a number"
                } else if word == "url" {
                    "a link"
                } else {
                    word
                });
            }
            said.push('\u{201d}');
            Cow::Owned(said)
        }
    }
}

#[cfg(test)]
mod tests;

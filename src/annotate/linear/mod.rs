//! Hashed words beside the rules' cues: for threads that are too long to be read by the model.
//!
//! Each question has a table of weights for hashed features (words, pairs, beginnings, stems) and takes the
//! rules' own log-probabilities as further inputs, so it knows what they know. Logistic regression with
//! hashing after Weinberger et al. 2009; `training/linear.py` fits it, `models/linear.bin` holds it in 8 bits.

mod features;

use std::sync::OnceLock;

use serde::Deserialize;

use self::features::{BITS, Feature, Reader};
use super::rules::Rules;
use super::{Annotator, Exchange, Judgement, Question, abstention, aim, foreign, largest, spread};
use crate::argument::{Annotation, Role, Stance};

static FILE: &[u8] = include_bytes!("../../../models/linear.bin");
const MAGIC: &[u8] = b"RJLINE01";
pub(super) const NAME: &str = "linear";

static STANCES: [Stance; 4] = [Stance::Agree, Stance::Disagree, Stance::Neutral, Stance::Question];
static ROLES: [Role; 5] = [Role::Claim, Role::Premise, Role::Question, Role::Concession, Role::None];

/// Judges by hashed words and cues.
#[derive(Debug)]
pub struct Linear;

#[derive(Debug, Deserialize)]
struct Header {
    bits: u32,
    heads: Vec<Head>,
}

/// One question: `logit = bias + base * ln(what the rules say) + scale * (sum of weights) / sqrt(features)`.
#[derive(Debug, Deserialize)]
struct Head {
    name: String,
    answers: Vec<String>,
    base: f64,
    bias: Vec<f64>,
    scale: Vec<f64>,
    temperature: f64,
    /// A row of weights for each bucket.
    #[serde(skip)]
    weights: Vec<i8>,
}

/// Opens the file; `None` when it is damaged or foreign.
fn open(file: &[u8]) -> Option<Vec<Head>> {
    let (length, rest) = file.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
    let (header, mut rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let header: Header = serde_json::from_slice(header).ok()?;
    let mut heads = header.heads;
    for head in &mut heads {
        let answers = head.answers.len();
        let numbers = head.bias.iter().chain(&head.scale).chain([&head.base, &head.temperature]);
        let whole = head.bias.len() == answers && head.scale.len() == answers && head.temperature > 0.0;
        if answers == 0 || !whole || !numbers.into_iter().all(|number| number.is_finite()) {
            return None;
        }
        let (weights, after) = rest.split_at_checked(answers << BITS)?;
        head.weights = weights.iter().map(|&byte| byte.cast_signed()).collect();
        rest = after;
    }
    (header.bits == BITS && rest.is_empty()).then_some(heads)
}

fn heads() -> &'static [Head] {
    static HEADS: OnceLock<Vec<Head>> = OnceLock::new();
    // The file is part of the binary, and a test reads it: it cannot be damaged at run time.
    HEADS.get_or_init(|| open(FILE).expect("the embedded weights are whole"))
}

fn head(name: &str) -> Option<&'static Head> {
    heads().iter().find(|head| head.name == name)
}

impl Head {
    /// The probabilities of the answers, given what the rules say of them.
    fn shares(&self, features: &[Feature], rules: &[f64]) -> Vec<f64> {
        let width = self.answers.len();
        let mut sums = [0i32; 8];
        for feature in features {
            let row = &self.weights[feature.bucket as usize * width..][..width];
            for (sum, &weight) in sums.iter_mut().zip(row) {
                *sum += i32::from(weight);
            }
        }
        let norm = (features.len().max(1) as f64).sqrt();
        let logits: Vec<f64> = (0..width.min(sums.len()))
            .map(|at| {
                let said = rules.get(at).map_or(0.0, |share| share.max(1e-4).ln());
                (self.bias[at] + self.base * said + self.scale[at] * f64::from(sums[at]) / norm)
                    / self.temperature
            })
            .collect();
        let top = logits.iter().copied().fold(f64::MIN, f64::max);
        let powers: Vec<f64> = logits.iter().map(|logit| (logit - top).exp()).collect();
        let all: f64 = powers.iter().sum();
        powers.into_iter().map(|power| power / all).collect()
    }

    /// The words that speak loudest for an answer against the others.
    fn reason(&self, features: &[Feature], answer: usize, text: &str) -> String {
        let width = self.answers.len();
        let pull = |feature: &Feature| {
            let row = &self.weights[feature.bucket as usize * width..][..width];
            let of = |at: usize| self.scale[at] * f64::from(row[at]);
            of(answer) * width as f64 - (0..width).map(of).sum::<f64>()
        };
        let worded = features.iter().filter(|feature| feature.end > feature.start);
        let best = worded.max_by(|a, b| pull(a).total_cmp(&pull(b)).then(b.start.cmp(&a.start)));
        match best.filter(|feature| pull(feature) > 0.0) {
            Some(feature) => {
                let words = text.get(feature.start as usize..feature.end as usize).unwrap_or_default();
                format!("\u{201c}{words}\u{201d} weighs most")
            }
            None => "nothing speaks for another answer".to_owned(),
        }
    }
}

impl Linear {
    /// The probabilities of all answers, for the model that takes them beside its own; none for a damaged file.
    #[cfg(feature = "model")]
    pub(super) fn shares(exchanges: &[Exchange<'_>]) -> Vec<Shares> {
        let (Some(stances), Some(roles)) = (head("stance"), head("role")) else {
            return exchanges.iter().map(|_| Shares::default()).collect();
        };
        let mut reader = Reader::default();
        let each =
            exchanges.iter().zip(Rules.judge_with_shares(exchanges)).map(|(exchange, (_, by_rules))| {
                let stance = match exchange.parent {
                    Some(_) => stances.shares(reader.read(Question::Stance, exchange), &by_rules.stance),
                    None => Vec::new(),
                };
                let passages = exchange.passages.iter().zip(&by_rules.roles).map(|(span, by_rules)| {
                    let one = Exchange { passages: std::slice::from_ref(span), ..*exchange };
                    roles.shares(reader.read(Question::Role, &one), by_rules)
                });
                Shares { stance, roles: passages.collect() }
            });
        each.collect()
    }
}

/// The probabilities of all answers of one exchange, in the order of `STANCES` and `ROLES`.
#[cfg(feature = "model")]
#[derive(Debug, Default)]
pub(super) struct Shares {
    /// Of its stance; empty without a parent.
    pub stance: Vec<f64>,
    /// Of each passage's role.
    pub roles: Vec<Vec<f64>>,
}

impl Annotator for Linear {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "hashed words beside the cues; for very long threads, between rules and model in accuracy"
    }

    fn judge(&self, exchanges: &[Exchange<'_>]) -> Vec<Judgement> {
        let rules = Rules.judge_with_shares(exchanges);
        let (Some(stances), Some(roles)) = (head("stance"), head("role")) else {
            return Rules.judge(exchanges);
        };
        let mut reader = Reader::default();
        let judged = exchanges.iter().zip(rules).map(|(exchange, (by_rules, shares))| {
            if foreign(exchange).is_some() {
                return abstention(exchange, NAME);
            }
            let stance = exchange.parent.map(|_| {
                let features = reader.read(Question::Stance, exchange);
                let (best, share) = largest(&stances.shares(features, &shares.stance));
                Annotation::new(STANCES[best], share, NAME, stances.reason(features, best, exchange.text))
            });
            let each = exchange.passages.iter().zip(&shares.roles).zip(by_rules.roles);
            let roles = each.map(|((span, shares), by_rules)| {
                if by_rules.confidence.value() > 0.96 && by_rules.value == Role::None {
                    return Annotation::new(Role::None, by_rules.confidence.value(), NAME, by_rules.why);
                }
                let one = Exchange { passages: std::slice::from_ref(span), ..*exchange };
                let features = reader.read(Question::Role, &one);
                let (best, share) = largest(&roles.shares(features, shares));
                Annotation::new(ROLES[best], share, NAME, roles.reason(features, best, exchange.text))
            });
            Judgement {
                roles: roles.collect(),
                stance,
                tones: by_rules.tones,
                foreign: None,
                main: None,
                target: target(exchange),
            }
        });
        judged.collect()
    }

    fn weigh(&self, question: Question, exchanges: &[Exchange<'_>], answers: &[&str]) -> Vec<Vec<f64>> {
        let two = answers.len() == 2;
        let name = match question {
            Question::Stance => "stance",
            Question::Role if two => "claim",
            Question::Role => "role",
            Question::Tone if answers.iter().any(|answer| answer.contains("homin")) => "adhominem",
            Question::Tone if two => "insult",
            Question::Tone => "tone",
            Question::Spam => "spam",
        };
        let Some(head) = head(name) else { return Rules.weigh(question, exchanges, answers) };
        // A two-class set calls its positive class what it likes.
        let other =
            answers.iter().find(|answer| !matches!(**answer, "ok" | "none")).copied().unwrap_or_default();
        let known: Vec<&str> = if head.answers.len() == 2 {
            vec![if name == "claim" { "none" } else { "ok" }, other]
        } else {
            head.answers.iter().map(String::as_str).collect()
        };
        let rules = base(question, name, exchanges);
        let mut reader = Reader::default();
        let each = exchanges.iter().zip(rules);
        each.map(|(exchange, rules)| {
            let shares = head.shares(reader.read(question, exchange), &rules);
            let known: Vec<(&str, f64)> = known.iter().copied().zip(shares).collect();
            spread(answers, &known)
        })
        .collect()
    }
}

/// The passage of the parent that words, quotations and places point at.
fn target(exchange: &Exchange<'_>) -> Option<Annotation<usize>> {
    if !(2..=aim::MOST_PASSAGES).contains(&exchange.parent_passages.len()) {
        return None;
    }
    let shares = aim::shares(&aim::scores(exchange, None));
    let (best, share) = largest(&shares);
    Some(Annotation::new(best, share, NAME, "shares its words or place"))
}

/// What the rules say of each answer of a head, in its order; nothing for heads they know nothing of.
fn base(question: Question, name: &str, exchanges: &[Exchange<'_>]) -> Vec<Vec<f64>> {
    let of = |answers: &[&str]| Rules.weigh(question, exchanges, answers);
    match name {
        "stance" => of(&STANCES.map(Stance::as_str)),
        "role" => of(&ROLES.map(Role::as_str)),
        "spam" => of(&["ok", "spam"]),
        "insult" | "adhominem" => of(&["ok", "insult"]),
        _ => vec![Vec::new(); exchanges.len()],
    }
}

/// What the tables are fitted on: for each exchange what the rules say and the buckets of its features.
pub fn seen(question: Question, head: &str, exchanges: &[Exchange<'_>]) -> Vec<(Vec<f64>, Vec<u32>)> {
    let mut reader = Reader::default();
    let each = exchanges.iter().zip(base(question, head, exchanges));
    each.map(|(exchange, rules)| {
        (rules, reader.read(question, exchange).iter().map(|feature| feature.bucket).collect())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::Span;

    fn exchange<'a>(text: &'a str, passages: &'a [Span], parent: &'a str) -> Exchange<'a> {
        Exchange { text, passages, parent: Some(parent), parent_passages: &[] }
    }

    #[test]
    fn plain_disagreement_is_disagreement_and_says_why() {
        let text = "No, that is wrong. You are ignoring the numbers.";
        let passages = [Span::whole(text)];
        let judged = Linear.judge(&[exchange(text, &passages, "The new plan costs nothing.")]);
        let stance = judged[0].stance.clone().unwrap();
        assert_eq!(stance.value, Stance::Disagree);
        assert!(stance.why.contains('\u{201c}'), "{}", stance.why);
        assert_eq!(stance.by, NAME);
    }

    #[test]
    fn a_damaged_file_is_refused() {
        assert!(open(FILE).is_some());
        assert!(open(&FILE[..FILE.len() - 1]).is_none());
        assert!(open(&FILE[1..]).is_none());
        assert!(open(b"RJLINE01\xff\xff\xff\xff").is_none());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,200}", parent in "\\PC{0,100}") {
            let passages = [Span::whole(&text)];
            let passages = if text.is_empty() { &[][..] } else { &passages[..] };
            let judged = Linear.judge(&[exchange(&text, passages, &parent)]);
            let stance = judged[0].stance.clone().unwrap();
            proptest::prop_assert!((0.0..=1.0).contains(&stance.confidence.value()));
        }
    }
}

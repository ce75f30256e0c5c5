//! Reads a labelled set, asks an annotator, and keeps what it said.

use serde::{Deserialize, Serialize};

use super::Measured;
use crate::annotate::{self, Annotator, Exchange, Question};
use crate::error::{Error, Result};
use crate::segment;
use crate::thread::{Body, Span};
use crate::words;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// The stance of a reply.
    Stance,
    /// The role of a sentence.
    Role,
    /// The tone of a post.
    Tone,
    /// The sentence of the parent that a reply answers.
    Target,
    /// Whether a post advertises.
    Spam,
}

impl Task {
    /// All tasks, by name.
    pub const ALL: [(&'static str, Task); 5] = [
        ("stance", Task::Stance),
        ("role", Task::Role),
        ("tone", Task::Tone),
        ("target", Task::Target),
        ("spam", Task::Spam),
    ];
}

#[derive(Debug, Deserialize)]
struct Row {
    id: serde_json::Value,
    text: String,
    #[serde(default)]
    parent: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    target: Option<String>,
    #[serde(default)]
    tone: Option<String>,
    #[serde(default)]
    main: Option<String>,
    #[serde(default)]
    role: Option<String>,
}

impl Row {
    /// The row as this task reads it: a set that answers several questions has a field for each, beside `label`, which
    /// is its stance. The role is that of the main sentence. `None` when the row does not answer the task.
    fn asked(mut self, task: Task) -> Option<Self> {
        match (task, self.tone.take(), self.role.take()) {
            (Task::Tone, Some(tone), _) => self.label = Some(tone),
            (Task::Role, _, Some(role)) => (self.text, self.label) = (self.main.take()?, Some(role)),
            _ => {}
        }
        Some(self)
    }
}

/// Refuses labels that are no answers to the question, with those that are.
fn known(name: &str, question: Question, answers: &[&str]) -> Result<()> {
    let all: &[&str] = match question {
        Question::Stance => &["agree", "disagree", "neutral", "question"],
        Question::Role => &["claim", "premise", "question", "concession", "none"],
        Question::Tone if answers.len() <= 2 && answers.contains(&"ok") => return Ok(()),
        Question::Tone => &["ok", "rude", "insult"],
        Question::Spam if answers.len() <= 2 => return Ok(()),
        Question::Spam => &["ok", "spam"],
    };
    let unknown: Vec<&str> = answers.iter().filter(|answer| !all.contains(answer)).copied().collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "it has labels that are no answer to this task: {}; there is {}",
        unknown.join(", "),
        all.join(", ")
    );
    Err(Error::Malformed { what: name.to_owned(), platform: "a labelled set", reason })
}

/// One answer, as `--predictions` writes it.
#[derive(Debug, Clone, Serialize)]
pub struct Prediction {
    /// The row's id.
    pub id: String,
    /// The answer, in the set's own words; for targets the sentence.
    pub label: String,
    /// How sure.
    pub confidence: f64,
}

/// Asks the annotator about every row of a set and measures its answers.
pub fn measure(
    name: &str,
    text: &str,
    task: Task,
    annotator: &dyn Annotator,
) -> Result<(Measured, Vec<Prediction>)> {
    let rows: Vec<Row> = rows(name, text)?.into_iter().filter_map(|row| row.asked(task)).collect();
    match task {
        Task::Stance => asked(name, &rows, Question::Stance, annotator),
        Task::Role => asked(name, &rows, Question::Role, annotator),
        Task::Tone => asked(name, &rows, Question::Tone, annotator),
        Task::Spam => asked(name, &rows, Question::Spam, annotator),
        Task::Target => targets(name, &rows, annotator),
    }
}

fn rows(name: &str, text: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row: Row = serde_json::from_str(line).map_err(|error| Error::Malformed {
            what: format!("{name}, line {}", number + 1),
            platform: "a labelled set",
            reason: error.to_string(),
        })?;
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Error::Malformed {
            what: name.to_owned(),
            platform: "a labelled set",
            reason: "it holds no labelled line".to_owned(),
        });
    }
    Ok(rows)
}

/// What the linear annotator sees of one row, for fitting it.
#[derive(Debug, Serialize)]
pub struct Seen {
    /// The row's id.
    pub id: String,
    /// The row's label, if it has one.
    pub label: Option<String>,
    /// What the rules say of each answer; empty where they say nothing.
    pub rules: Vec<f64>,
    /// The buckets of its features.
    pub buckets: Vec<u32>,
    /// For targets: the signs of each of the parent's passages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signs: Vec<Vec<f64>>,
    /// For targets: the passage that a reader named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aimed: Option<usize>,
}

/// What the linear annotator sees of every row of a set, asked for the head of this name; of targets also
/// which passage `annotator` takes for the reply's main point.
pub fn seen(name: &str, text: &str, head: &str, annotator: &dyn Annotator) -> Result<Vec<Seen>> {
    if head == "target" {
        return Ok(rows(name, text)?.iter().filter_map(|row| seen_of_target(row, annotator)).collect());
    }
    let question = match head {
        "stance" => Question::Stance,
        "role" | "claim" => Question::Role,
        "spam" => Question::Spam,
        _ => Question::Tone,
    };
    let rows = rows(name, text)?;
    let read: Vec<Read> = rows.iter().map(|row| Read::of(row, question)).collect();
    let exchanges: Vec<Exchange<'_>> = read.iter().map(Read::exchange).collect();
    let seen = annotate::seen_by_linear(question, head, &exchanges);
    let each = rows.into_iter().zip(seen);
    Ok(each
        .map(|(row, (rules, buckets))| {
            let id = id(&row);
            Seen { id, label: row.label, rules, buckets, signs: Vec::new(), aimed: None }
        })
        .collect())
}

fn seen_of_target(row: &Row, annotator: &dyn Annotator) -> Option<Seen> {
    let aiming = Aiming::of(row)?;
    let exchange = aiming.exchange();
    let main = annotator.judge(&[exchange]).pop().and_then(|judgement| judgement.main);
    let signs = annotate::signs_of_targets(&exchange, main);
    let (rules, buckets) = (Vec::new(), Vec::new());
    Some(Seen { id: id(row), label: row.label.clone(), rules, buckets, signs, aimed: Some(aiming.gold) })
}

/// A reply that names its target in a parent of several passages.
struct Aiming {
    body: Body,
    parent: Body,
    passages: Vec<Span>,
    parent_passages: Vec<Span>,
    gold: usize,
}

impl Aiming {
    fn of(row: &Row) -> Option<Self> {
        let (body, parent) = (Body::from_plain(&row.text), Body::from_plain(row.parent.as_ref()?));
        let (passages, parent_passages) = (segment::split(&body), segment::split(&parent));
        let gold = holding(parent.text(), &parent_passages, row.target.as_ref()?)?;
        let several = parent_passages.len() > 1;
        several.then_some(Self { body, parent, passages, parent_passages, gold })
    }

    fn exchange(&self) -> Exchange<'_> {
        Exchange {
            text: self.body.text(),
            passages: &self.passages,
            parent: Some(self.parent.text()),
            parent_passages: &self.parent_passages,
        }
    }
}

fn id(row: &Row) -> String {
    row.id.as_str().map_or_else(|| row.id.to_string(), str::to_owned)
}

/// A labelled text. Some sets fold line breaks, and then a quotation and the words that answer it are one line that
/// looks like a quotation as a whole: what of its beginning stands in the parent is the quotation.
fn own(text: &str, parent: Option<&str>) -> Body {
    /// Fewer repeated bytes are a coincidence.
    const LEAST: usize = 15;
    let body = Body::from_plain(text);
    if body.prose().next().is_some() {
        return body;
    }
    let said = words::normal(parent.unwrap_or_default());
    let folded = text.trim_start_matches(['>', ' ']);
    let repeated = |cut: &usize| said.contains(words::normal(&folded[..*cut]).trim());
    let cuts: Vec<usize> = folded.match_indices(' ').map(|(at, _)| at).chain([folded.len()]).collect();
    // A longer beginning that stands in the parent has shorter ones that do.
    let quoted = cuts.partition_point(repeated).checked_sub(1).map_or(0, |last| cuts[last]);
    let rest = if quoted < LEAST { folded } else { folded[quoted..].trim() };
    Body::from_plain(if rest.is_empty() { folded } else { rest })
}

/// A post as an annotator is given it.
struct Read {
    body: Body,
    passages: Vec<Span>,
    parent: Option<Body>,
    parent_words: String,
}

impl Read {
    fn of(row: &Row, question: Question) -> Self {
        let given = row.parent.as_deref().filter(|parent| !parent.is_empty());
        let body = own(&row.text, given);
        let passages = match question {
            // A sentence to be tagged is one passage, however it may be cut elsewhere.
            Question::Role => vec![Span::whole(body.text())],
            Question::Stance | Question::Tone | Question::Spam => segment::split(&body),
        };
        let parent = given.map(|parent| own(parent, None));
        let words =
            parent.as_ref().map(|body| body.prose().map(|span| span.slice(body.text())).collect::<Vec<_>>());
        Self { passages, parent_words: words.unwrap_or_default().join("\n"), body, parent }
    }

    fn exchange(&self) -> Exchange<'_> {
        let parent = self.parent.as_ref().map(|_| self.parent_words.as_str());
        Exchange { text: self.body.text(), passages: &self.passages, parent, parent_passages: &[] }
    }
}

fn asked(
    name: &str,
    rows: &[Row],
    question: Question,
    annotator: &dyn Annotator,
) -> Result<(Measured, Vec<Prediction>)> {
    let labels: Vec<&str> = rows.iter().filter_map(|row| row.label.as_deref()).collect();
    if labels.len() < rows.len() {
        let reason = format!("{} of {} lines have no label", rows.len() - labels.len(), rows.len());
        return Err(Error::Malformed { what: name.to_owned(), platform: "a labelled set", reason });
    }
    let mut answers: Vec<&str> = labels.clone();
    answers.sort_unstable();
    answers.dedup();
    known(name, question, &answers)?;
    let read: Vec<Read> = rows.iter().map(|row| Read::of(row, question)).collect();
    let exchanges: Vec<Exchange<'_>> = read.iter().map(Read::exchange).collect();
    let shares = annotator.weigh(question, &exchanges, &answers);
    let mut predictions = Vec::with_capacity(rows.len());
    for (row, shares) in rows.iter().zip(&shares) {
        let best = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        let (best, confidence) = best.map_or((0, 0.0), |(best, &share)| (best, share));
        predictions.push(Prediction { id: id(row), label: answers[best].to_owned(), confidence });
    }
    let said: Vec<(&str, &str, f64)> = labels
        .iter()
        .zip(&predictions)
        .map(|(gold, said)| (*gold, said.label.as_str(), said.confidence))
        .collect();
    Ok((Measured::of(&answers, &said), predictions))
}

/// Rows that name a target in a parent of several sentences: whether the annotator points at that sentence.
fn targets(name: &str, rows: &[Row], annotator: &dyn Annotator) -> Result<(Measured, Vec<Prediction>)> {
    let mut said = Vec::new();
    let mut predictions = Vec::new();
    let (mut chance, mut by_words) = (0.0, 0usize);
    #[cfg(feature = "model")]
    let mut by_vectors = 0usize;
    for row in rows {
        let Some(aiming) = Aiming::of(row) else { continue };
        let Aiming { body, parent, parent_passages, gold, .. } = &aiming;
        let (exchange, gold) = (aiming.exchange(), *gold);
        let even = 1.0 / parent_passages.len() as f64;
        let similar = most_similar(body.text(), parent.text(), parent_passages);
        chance += even;
        by_words += usize::from(similar == gold);
        #[cfg(feature = "model")]
        {
            by_vectors += usize::from(nearest(body.text(), parent.text(), parent_passages) == gold);
        }
        let judged = annotator.judge(&[exchange]).pop().and_then(|judgement| judgement.target);
        let (guess, confidence) =
            judged.map_or((similar, even), |target| (target.value, target.confidence.value()));
        said.push(("right", if guess == gold { "right" } else { "wrong" }, confidence));
        let sentence = parent_passages.get(guess).map_or("", |span| span.slice(parent.text()));
        predictions.push(Prediction { id: id(row), label: sentence.to_owned(), confidence });
    }
    if said.is_empty() {
        let reason = "no line names a target in a parent of several sentences".to_owned();
        return Err(Error::Malformed { what: name.to_owned(), platform: "a labelled set", reason });
    }
    let count = said.len() as f64;
    let mut measured = Measured::of(&["right", "wrong"], &said);
    measured.baselines = vec![
        ("chance", chance / count),
        ("most shared words", by_words as f64 / count),
        #[cfg(feature = "model")]
        ("nearest sentence vector", by_vectors as f64 / count),
    ];
    Ok((measured, predictions))
}

/// The passage that holds most of the wanted words.
fn holding(text: &str, passages: &[Span], wanted: &str) -> Option<usize> {
    const ENOUGH: f64 = 0.4;
    let normal =
        |text: &str| -> Vec<String> { words::each(text).map(|(_, word)| words::normal(word)).collect() };
    let wanted = normal(wanted);
    let shares = passages.iter().map(|span| {
        let said = normal(span.slice(text));
        wanted.iter().filter(|word| said.contains(word)).count() as f64 / wanted.len().max(1) as f64
    });
    let best = shares.enumerate().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    (best.1 >= ENOUGH).then_some(best.0)
}

/// The passage whose sentence vector is nearest to the reply's, each read alone.
#[cfg(feature = "model")]
fn nearest(reply: &str, parent: &str, passages: &[Span]) -> usize {
    let mut texts = vec![reply];
    texts.extend(passages.iter().map(|span| span.slice(parent)));
    let vectors = annotate::sentence_vectors(&texts);
    let Some((reply, passages)) = vectors.split_first() else { return 0 };
    let closeness = |vector: &Vec<f32>| -> f32 { vector.iter().zip(reply).map(|(a, b)| a * b).sum() };
    let best = passages.iter().map(closeness).enumerate();
    best.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map_or(0, |(at, _)| at)
}

/// The passage that shares most content words with the reply: what is done without a model.
fn most_similar(reply: &str, parent: &str, passages: &[Span]) -> usize {
    let said = words::content_words(reply);
    let shared = passages.iter().map(|span| {
        let theirs = words::content_words(span.slice(parent));
        theirs.iter().filter(|word| said.binary_search(word).is_ok()).count()
    });
    let best = shared.enumerate().max_by_key(|&(at, count)| (count, std::cmp::Reverse(at)));
    best.map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_another_task_are_refused() {
        let measured = |task, text: &str| {
            let rules = annotate::named("rules").unwrap();
            measure("set", text, task, rules)
                .map(|(measured, _)| measured.table(""))
                .map_err(|error| error.to_string())
        };
        let error = measured(Task::Stance, r#"{"id":1,"text":"No.","label":"banana"}"#).unwrap_err();
        assert!(error.contains("banana") && error.contains("disagree"), "{error}");
        let both = r#"{"id":1,"text":"Yes. You idiot.","label":"agree","tone":"insult","main":"Yes.","role":"claim"}"#;
        let ok = r#"{"id":2,"text":"No.","label":"disagree","tone":"ok","main":null,"role":"none"}"#;
        let set = format!("{both}\n{ok}");
        assert!(measured(Task::Tone, &set).unwrap().contains("insult"));
        assert!(measured(Task::Role, &set).unwrap().contains("claim"));
        assert!(measured(Task::Stance, &set).unwrap().contains("disagree"));
        assert!(measured(Task::Tone, r#"{"id":1,"text":"No.","label":"civil"}"#).is_err());
    }

    #[test]
    fn a_quotation_folded_into_its_answer_is_not_the_answer() {
        let parent = "I think the lamps are far too bright. They hurt.";
        let text = |text: &str| own(text, Some(parent)).text().to_owned();
        assert_eq!(text(">The lamps are far too bright. Not for my eyes."), "Not for my eyes.");
        assert_eq!(text("> Nobody said that here."), "Nobody said that here.");
        assert_eq!(text(">I think the lamps are far too bright."), "I think the lamps are far too bright.");
        assert_eq!(text("> They hurt.\nNot mine."), "> They hurt.\nNot mine.");
    }
}

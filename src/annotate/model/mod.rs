//! A small transformer in the binary that reads a reply together with what it answers.
//!
//! One pass over `[CLS] parent [SEP] reply [SEP]` answers everything: the stance from the pair, role and tone from
//! each passage's own tokens, which passage is the main point, and which passage of the parent it aims at. The
//! encoder is MiniLM-L6 (Wang et al. 2020) fine-tuned as `training/` says, with 8-bit weights; `models/` holds it
//! with its card. Probabilities are softmax values with a temperature fitted on held-out replies (Guo et al.
//! 2017). It never bans, and it abstains from text that is not English.

mod arithmetic;
mod encoder;
mod heads;
mod kernel;
mod tokenizer;
mod weights;

use std::sync::OnceLock;

pub use kernel::Path;

use self::encoder::{Encoder, HIDDEN, Sequence};
use self::heads::Heads;
use self::tokenizer::{Token, Tokenizer};
use self::weights::Header;
use super::linear::{self, Linear};
use super::rules::Rules;
use super::{Annotator, Exchange, Judgement, Question, abstention, aim, foreign, largest, spread};
use crate::argument::{Annotation, Role, Stance, Tone};
use crate::words;

static FILE: &[u8] = include_bytes!("../../../models/reader.bin");

const NAME: &str = "model";

static STANCES: [Stance; 4] = [Stance::Agree, Stance::Disagree, Stance::Neutral, Stance::Question];
static ROLES: [Role; 5] = [Role::Claim, Role::Premise, Role::Question, Role::Concession, Role::None];
const ALL: [usize; 5] = [0, 1, 2, 3, 4];

/// Windows of one post that are read, about seven thousand words: what is beyond is left to `linear`, so that one
/// endless post takes neither hours nor all memory.
const MOST_WINDOWS: usize = 48;

/// How sure the model must be of the very passage that it calls an insult.
const LEAST_OF_A_PASSAGE: f64 = 0.5;

/// However sure the model is, it has read few insults of real threads: an estimate, not measured.
const MOST_OF_AN_INSULT: f64 = 0.9;

/// Tokens that go through the encoder together: enough to keep its weights in cache.
const TOGETHER: usize = 768;

/// About how many CPU-seconds a thread of this many bytes takes; measured on real replies, with room for
/// slower machines, since only the choice between annotators hangs on it.
pub(super) fn seconds(bytes: usize) -> f64 {
    const SECONDS_PER_BYTE: f64 = 12e-6;
    bytes as f64 * SECONDS_PER_BYTE
}

/// The transformer, with the weights of the binary or with others.
pub struct Model(Weights);

enum Weights {
    Embedded,
    Given(&'static Reader),
}

/// The model in the binary.
pub(super) static EMBEDDED: Model = Model(Weights::Embedded);

impl Model {
    /// A model with these weights, which stay in memory until the program ends; or what is wrong with them.
    pub(super) fn open(file: &[u8]) -> Result<&'static Self, String> {
        let reader: &'static Reader = Box::leak(Box::new(Reader::open(file)?));
        Ok(Box::leak(Box::new(Self(Weights::Given(reader)))))
    }

    fn reader(&self) -> &'static Reader {
        match self.0 {
            Weights::Embedded => reader(),
            Weights::Given(reader) => reader,
        }
    }
}

/// The parts of a file of weights, unpacked once.
struct Reader {
    tokenizer: Tokenizer,
    encoder: Encoder,
    heads: Heads,
    parent: usize,
    insult_threshold: f64,
}

impl Reader {
    fn open(file: &[u8]) -> Result<Self, String> {
        let (header, vocabulary, mut tensors) = weights::open(file)?;
        let tokenizer = Tokenizer::new(vocabulary).ok_or("its vocabulary lacks a special token")?;
        let encoder = Encoder::new(&mut tensors).ok_or("its encoder has another shape than MiniLM-L6")?;
        let heads = Heads::new(&mut tensors, &header).ok_or("its heads have other shapes than ours")?;
        let Header { parent, insult_threshold, .. } = header;
        let words = vocabulary.split('\n').count();
        if words != encoder.words() || parent + 3 >= encoder.longest {
            return Err("its vocabulary or windows do not fit its tensors".to_owned());
        }
        Ok(Self { tokenizer, encoder, heads, parent, insult_threshold: f64::from(insult_threshold) })
    }
}

fn reader() -> &'static Reader {
    static READER: OnceLock<Reader> = OnceLock::new();
    // The file is part of the binary, and a test reads it: it cannot be damaged at run time.
    READER.get_or_init(|| Reader::open(FILE).expect("the embedded model is whole"))
}

impl Annotator for Model {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "a small transformer that reads each reply with what it answers; right about two times of three"
    }

    fn judge(&self, exchanges: &[Exchange<'_>]) -> Vec<Judgement> {
        self.reader().judge(kernel::best(), exchanges)
    }

    fn weigh(&self, question: Question, exchanges: &[Exchange<'_>], answers: &[&str]) -> Vec<Vec<f64>> {
        let mut shares = self.reader().weigh(kernel::best(), question, exchanges, answers);
        if question == Question::Role && answers.len() == 2 {
            // Claims are rare in sets that know nothing else, and hashed words find few of them.
            return shares;
        }
        for (own, beside) in shares.iter_mut().zip(Linear.weigh(question, exchanges, answers)) {
            pool(own, &beside);
        }
        shares
    }
}

/// Lets the hashed words of `linear` have a say: they know the words of a subject that a small transformer has
/// not seen often enough. A logarithmic opinion pool (Genest and Zidek 1986) whose exponents were chosen on dev;
/// they leave answers about as sure as they were.
fn pool(own: &mut [f64], beside: &[f64]) {
    const OWN: f64 = 0.72;
    const BESIDE: f64 = 0.35;
    if own.len() != beside.len() {
        return;
    }
    for (own, beside) in own.iter_mut().zip(beside) {
        *own = own.max(1e-9).powf(OWN) * beside.max(1e-4).powf(BESIDE);
    }
    let sum: f64 = own.iter().sum();
    own.iter_mut().for_each(|share| *share /= sum);
}

/// The model's vector of each text, read alone: the mean of its tokens' vectors, of length one.
pub fn sentence_vectors(texts: &[&str]) -> Vec<Vec<f32>> {
    let reader = reader();
    let mut vectors = Vec::with_capacity(texts.len());
    for text in texts {
        let mut tokens = reader.tokenizer.tokens(text);
        tokens.truncate(reader.encoder.longest - 3);
        let window = reader.window(&[], &tokens);
        let rows = reader.read(kernel::best(), &[&window]);
        let mut mean = Vectors { rows: rows.first().map_or(&[], Vec::as_slice) }.mean(window.reply);
        let length = mean.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-12);
        mean.iter_mut().for_each(|value| *value /= length);
        vectors.push(mean);
    }
    vectors
}

/// One exchange as tokens: the first window holds the parent and the start of the reply, the others the rest
/// of a long reply.
struct Laid {
    windows: Vec<Window>,
    /// Where each passage stands: window and token range there.
    passages: Vec<(usize, std::ops::Range<usize>)>,
    /// Token ranges of the parent's passages in the first window; empty where they did not fit.
    aimed: Vec<std::ops::Range<usize>>,
}

struct Window {
    sequence: Sequence,
    /// The reply's tokens in the sequence.
    reply: std::ops::Range<usize>,
    /// The reply's tokens with their places in its text.
    tokens: Vec<Token>,
}

/// Vectors of one window, a row a token.
struct Vectors<'v> {
    rows: &'v [f32],
}

impl Vectors<'_> {
    fn row(&self, token: usize) -> &[f32] {
        self.rows.get(token * HIDDEN..(token + 1) * HIDDEN).unwrap_or(&[0.0; HIDDEN])
    }

    fn mean(&self, range: std::ops::Range<usize>) -> Vec<f32> {
        let mut mean = vec![0f32; HIDDEN];
        let count = range.len().max(1) as f32;
        for token in range {
            for (sum, value) in mean.iter_mut().zip(self.row(token)) {
                *sum += value;
            }
        }
        mean.iter_mut().for_each(|value| *value /= count);
        mean
    }

    fn all(&self) -> Vec<f32> {
        self.mean(0..self.rows.len() / HIDDEN)
    }
}

impl Reader {
    fn judge(&self, path: Path, exchanges: &[Exchange<'_>]) -> Vec<Judgement> {
        let laid: Vec<Option<Laid>> = exchanges
            .iter()
            .map(|exchange| foreign(exchange).is_none().then(|| self.lay(exchange)))
            .collect();
        let mut judgements = Vec::with_capacity(exchanges.len());
        let beside = Linear::shares(exchanges);
        let mut at = 0;
        while at < laid.len() {
            let (mut until, mut tokens) = (at, 0);
            while until < laid.len() && (tokens == 0 || tokens < TOGETHER) {
                let windows = laid[until].iter().flat_map(|laid| &laid.windows);
                tokens += windows.map(|window| window.sequence.ids.len()).sum::<usize>();
                until += 1;
            }
            let windows: Vec<&Window> =
                laid[at..until].iter().flatten().flat_map(|laid| &laid.windows).collect();
            let vectors = self.read(path, &windows);
            let mut vectors = vectors.iter();
            let batch = exchanges[at..until].iter().zip(&laid[at..until]).zip(&beside[at..until]);
            for ((exchange, laid), beside) in batch {
                judgements.push(match laid {
                    Some(laid) => {
                        let mine: Vec<Vectors<'_>> =
                            vectors.by_ref().take(laid.windows.len()).map(|rows| Vectors { rows }).collect();
                        self.answer(exchange, laid, &mine, beside)
                    }
                    None => abstention(exchange, NAME),
                });
            }
            at = until;
        }
        judgements
    }

    fn weigh(
        &self,
        path: Path,
        question: Question,
        exchanges: &[Exchange<'_>],
        answers: &[&str],
    ) -> Vec<Vec<f64>> {
        let laid: Vec<Laid> = exchanges.iter().map(|exchange| self.lay(exchange)).collect();
        let mut shares = Vec::with_capacity(laid.len());
        for batch in laid.chunks(8) {
            let windows: Vec<&Window> = batch.iter().filter_map(|laid| laid.windows.first()).collect();
            for (window, rows) in windows.iter().zip(self.read(path, &windows)) {
                let vectors = Vectors { rows: &rows };
                let reply = vectors.mean(window.reply.clone());
                shares.push(self.heads.weigh(question, &vectors, &reply, answers));
            }
        }
        shares
    }

    /// The vectors of each window.
    fn read(&self, path: Path, windows: &[&Window]) -> Vec<Vec<f32>> {
        let sequences: Vec<Sequence> = windows.iter().map(|window| window.sequence.clone()).collect();
        let all = self.encoder.read(path, &sequences);
        let mut at = 0;
        let cut = sequences.iter().map(|sequence| {
            let from = at;
            at += sequence.ids.len() * HIDDEN;
            all[from..at].to_vec()
        });
        cut.collect()
    }

    fn lay(&self, exchange: &Exchange<'_>) -> Laid {
        let reply = self.own_tokens(exchange);
        let parent = self.end_of_parent(exchange.parent.unwrap_or_default());
        let room = self.encoder.longest - 3;
        let keep_parent = parent.len().min(self.parent.max(room.saturating_sub(reply.len()))).min(room);
        let cut = parent.len() - keep_parent;
        let mut windows = vec![self.window(&parent[cut..], &reply[..reply.len().min(room - keep_parent)])];
        let mut done = windows[0].tokens.len();
        while done < reply.len() && windows.len() < MOST_WINDOWS {
            // A window begins at a passage, so that no passage is cut if it can be helped.
            let mut starts = exchange.passages.iter().map(|span| span.start() as u32);
            let begin = starts.rfind(|&start| start <= reply[done].at).unwrap_or(0);
            let from =
                reply.partition_point(|token| token.at < begin).max(windows.last().map_or(0, |window| {
                    // Never step back over a whole window: a passage longer than one goes on where it was cut.
                    done - window.tokens.len().min(done) + 1
                }));
            let from =
                if reply.len() - from > room && done - from > room / 2 { done } else { from.min(done) };
            let until = (from + room).min(reply.len());
            windows.push(self.window(&[], &reply[from..until]));
            done = until;
        }
        let passages = exchange
            .passages
            .iter()
            .map(|span| place(&windows, span.start() as u32, span.end() as u32))
            .collect();
        let aimed = exchange.parent_passages.iter().map(|span| {
            let inside = |token: &Token| (span.start() as u32..span.end() as u32).contains(&token.at);
            let kept = &parent[cut..];
            match (kept.iter().position(inside), kept.iter().rposition(inside)) {
                (Some(first), Some(last)) => 1 + first..2 + last,
                _ => 0..0,
            }
        });
        Laid { aimed: aimed.collect(), passages, windows }
    }

    /// The last tokens of the parent, more than a window holds: a post is answered often, and may be long.
    fn end_of_parent(&self, parent: &str) -> Vec<Token> {
        const BYTES: usize = 6_000;
        let least = parent.len().saturating_sub(BYTES);
        let from = (least..parent.len()).find(|&at| parent.is_char_boundary(at)).unwrap_or(parent.len());
        let mut tokens = self.tokenizer.tokens(&parent[from..]);
        tokens.iter_mut().for_each(|token| token.at += from as u32);
        tokens
    }

    /// The tokens of the reply's passages: quotations and code are not read.
    fn own_tokens(&self, exchange: &Exchange<'_>) -> Vec<Token> {
        let mut tokens = Vec::new();
        for span in exchange.passages {
            let found = self.tokenizer.tokens(span.slice(exchange.text));
            tokens
                .extend(found.into_iter().map(|token| Token { at: token.at + span.start() as u32, ..token }));
        }
        tokens
    }

    fn window(&self, parent: &[Token], reply: &[Token]) -> Window {
        let mut ids = Vec::with_capacity(parent.len() + reply.len() + 3);
        ids.push(self.tokenizer.cls);
        ids.extend(parent.iter().map(|token| token.id));
        ids.push(self.tokenizer.sep);
        let reply_at = ids.len();
        ids.extend(reply.iter().map(|token| token.id));
        ids.push(self.tokenizer.sep);
        Window {
            reply: reply_at..reply_at + reply.len(),
            sequence: Sequence { ids, reply_at },
            tokens: reply.to_vec(),
        }
    }

    fn answer(
        &self,
        exchange: &Exchange<'_>,
        laid: &Laid,
        vectors: &[Vectors<'_>],
        beside: &linear::Shares,
    ) -> Judgement {
        let replies: Vec<Vec<f32>> = laid
            .windows
            .iter()
            .zip(vectors)
            .map(|(window, vectors)| vectors.mean(window.reply.clone()))
            .collect();
        let means: Vec<Vec<f32>> =
            laid.passages.iter().map(|(window, range)| vectors[*window].mean(range.clone())).collect();
        let each = laid.passages.iter().zip(&means).enumerate();
        let roles = each.map(|(at, ((window_at, range), mean))| {
            if let Some(shares) = beside.roles.get(at).filter(|_| range.is_empty()) {
                let (best, share) = largest(shares);
                return Annotation::new(
                    ROLES[best],
                    share,
                    linear::NAME,
                    "beyond what the model reads of a post",
                );
            }
            let mut shares = self.heads.role.probabilities(&[mean, &replies[*window_at]], &ALL);
            pool(&mut shares, beside.roles.get(at).map_or(&[], Vec::as_slice));
            let (best, share) = largest(&shares);
            let window = &laid.windows[*window_at];
            let why = weightiest(exchange.text, window, range.clone(), |token| {
                self.heads.role.pull(best, 0, vectors[*window_at].row(token))
            });
            Annotation::new(ROLES[best], share, NAME, why)
        });
        let mut main = None;
        if means.len() > 1 {
            let scores = laid
                .passages
                .iter()
                .zip(&means)
                .map(|((window, _), mean)| f64::from(self.heads.main(mean, &replies[*window])));
            main = Some(largest(&scores.collect::<Vec<f64>>()).0);
        }
        Judgement {
            stance: exchange
                .parent
                .map(|_| self.stance(exchange, &laid.windows[0], &vectors[0], &replies[0], &beside.stance)),
            roles: roles.collect(),
            tones: self.tones(exchange, &means, &replies),
            foreign: None,
            main,
            target: exchange.parent.and_then(|_| {
                self.target(exchange, laid, &vectors[0], main.map(|main| (main, &means[main])), &replies[0])
            }),
        }
    }

    fn stance(
        &self,
        exchange: &Exchange<'_>,
        window: &Window,
        vectors: &Vectors<'_>,
        reply: &[f32],
        beside: &[f64],
    ) -> Annotation<Stance> {
        let mut shares = self.heads.stance.probabilities(&[vectors.row(0), &vectors.all(), reply], &ALL[..4]);
        pool(&mut shares, beside);
        let (best, share) = largest(&shares);
        let why = weightiest(exchange.text, window, window.reply.clone(), |token| {
            self.heads.stance.pull(best, 2, vectors.row(token))
        });
        Annotation::new(STANCES[best], share, NAME, why)
    }

    /// Rules name an insult they are sure of; the model adds one where it is, on the passage that speaks for it.
    fn tones(
        &self,
        exchange: &Exchange<'_>,
        means: &[Vec<f32>],
        replies: &[Vec<f32>],
    ) -> Vec<Annotation<Tone>> {
        let mut tones = Rules::tones(exchange);
        let whole = self.heads.tone.probabilities(&[&replies[0], &replies[0]], &ALL[..3])[2];
        if whole < self.insult_threshold || tones.iter().any(|tone| tone.value == Tone::Insult) {
            return tones;
        }
        let each: Vec<f64> =
            means.iter().map(|mean| self.heads.tone.probabilities(&[mean, mean], &ALL[..3])[2]).collect();
        let (worst, share) = largest(&each);
        let passage = exchange.passages.get(worst).map_or("", |span| span.slice(exchange.text));
        // A reply that sounds hostile as a whole accuses nobody: the words that do have to be named.
        let named = share >= LEAST_OF_A_PASSAGE && words::each(passage).nth(1).is_some();
        if let Some(tone) = tones.get_mut(worst).filter(|_| named && !Rules::spares(passage)) {
            let sure = whole.min(share).min(MOST_OF_AN_INSULT);
            *tone = Annotation::new(Tone::Insult, sure, NAME, "reads like an attack on a person");
        }
        tones
    }

    /// Which of the parent's passages is answered: what the heads read, beside what words, quotations and places
    /// say. A passage that did not fit into the window is no better and no worse to the heads than the others.
    fn target(
        &self,
        exchange: &Exchange<'_>,
        laid: &Laid,
        vectors: &Vectors<'_>,
        main: Option<(usize, &Vec<f32>)>,
        reply: &[f32],
    ) -> Option<Annotation<usize>> {
        let seen: Vec<usize> = (0..laid.aimed.len()).filter(|&at| !laid.aimed[at].is_empty()).collect();
        if laid.aimed.len() < 2 || laid.aimed.len() > aim::MOST_PASSAGES || seen.is_empty() {
            return None;
        }
        let passages: Vec<Vec<f32>> = seen.iter().map(|&at| vectors.mean(laid.aimed[at].clone())).collect();
        let read = self.heads.aims(main.map_or(reply, |(_, vector)| vector), reply, &passages);
        let mean = read.iter().sum::<f32>() / read.len() as f32;
        let mut scores = aim::scores(exchange, main.map(|(main, _)| main));
        for (&at, read) in seen.iter().zip(&read) {
            if let Some(score) = scores.get_mut(at) {
                *score += f64::from(read - mean);
            }
        }
        let shares = aim::shares(&scores);
        let (best, share) = largest(&shares);
        Some(Annotation::new(best, share, NAME, "the model reads it as aimed at this"))
    }
}

impl Heads {
    /// The probabilities of answers about a whole reply. A set with two answers of a kind that has a head of its
    /// own is asked of that head, since what counts as a claim or an attack differs from set to set.
    fn weigh(&self, question: Question, vectors: &Vectors<'_>, reply: &[f32], answers: &[&str]) -> Vec<f64> {
        let twice = [reply, reply];
        let named = |names: &[&'static str], shares: Vec<f64>| {
            let known: Vec<(&str, f64)> = names.iter().copied().zip(shares).collect();
            spread(answers, &known)
        };
        match question {
            Question::Stance => {
                let features = [vectors.row(0), &vectors.all(), reply];
                named(&STANCES.map(Stance::as_str), self.stance.probabilities(&features, &ALL[..4]))
            }
            Question::Role if answers.len() == 2 => {
                named(&["none", "claim"], self.claim.probabilities(&twice, &ALL[..2]))
            }
            Question::Role => named(&ROLES.map(Role::as_str), self.role.probabilities(&twice, &ALL)),
            Question::Tone if answers.len() == 2 => {
                let other = answers.iter().find(|answer| **answer != "ok").copied().unwrap_or("insult");
                let head = if other.contains("homin") { &self.adhominem } else { &self.insult };
                let shares = head.probabilities(&twice, &ALL[..2]);
                spread(answers, &[("ok", shares[0]), (other, shares[1])])
            }
            Question::Tone => named(&["ok", "rude", "insult"], self.tone.probabilities(&twice, &ALL[..3])),
            Question::Spam => named(&["ok", "spam"], self.spam.probabilities(&twice, &ALL[..2])),
        }
    }
}

/// Whether the word of a token can be a reason by itself: "for" and "to" weigh, and tell a reader nothing.
fn tells(text: &str, window: &Window, token: usize) -> bool {
    const TELLING: &[&str] =
        &["no", "not", "but", "why", "how", "what", "never", "you", "your", "don't", "can't", "isn't"];
    let token = token.checked_sub(window.reply.start).and_then(|token| window.tokens.get(token));
    let word = token.map_or_else(String::new, |token| word_at(text, token.at as usize).to_lowercase());
    TELLING.contains(&word.as_str()) || (!word.is_empty() && !words::is_stop(&word))
}

/// Names the word whose token pulls most towards an answer; nothing when there are no tokens.
fn weightiest(
    text: &str,
    window: &Window,
    tokens: std::ops::Range<usize>,
    pull: impl Fn(usize) -> f32,
) -> String {
    let most = tokens
        .filter(|&token| tells(text, window, token))
        .max_by(|&one, &other| pull(one).total_cmp(&pull(other)).then(other.cmp(&one)));
    let token = most.and_then(|most| window.tokens.get(most.checked_sub(window.reply.start)?));
    token.map_or_else(String::new, |token| format!("“{}” weighs most", word_at(text, token.at as usize)))
}

/// The first window that holds the passage's first token, and its tokens there.
fn place(windows: &[Window], start: u32, end: u32) -> (usize, std::ops::Range<usize>) {
    for (number, window) in windows.iter().enumerate() {
        let first = window.tokens.partition_point(|token| token.at < start);
        let last = window.tokens.partition_point(|token| token.at < end);
        if first < last {
            return (number, window.reply.start + first..window.reply.start + last);
        }
    }
    (0, 0..0)
}

/// The word of the text that a token at this byte belongs to.
fn word_at(text: &str, at: usize) -> &str {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before
        .rfind(char::is_whitespace)
        .map_or(0, |space| space + before[space..].chars().next().map_or(1, char::len_utf8));
    let end = at + after.find(char::is_whitespace).unwrap_or(after.len());
    let word = text[start..end].trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '?' | '!'));
    // An address or a run of letters without an end is named by its beginning.
    word.char_indices().nth(40).map_or(word, |(cut, _)| &word[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::Span;

    static REPLIES: &[(&str, &str)] = &[
        ("The library should open on Sundays.", "No, that is wrong. Nobody reads on Sundays."),
        ("The library should open on Sundays.", "I agree, my children would go every week."),
        ("We could paint the fence green. It is cheap.", "Who would pay for it?"),
        ("The old recipe needs butter.", "Fair enough, but oil works as well because it melts sooner."),
        ("", "Thanks!"),
        (
            "Trains are late again today. I blame the new timetable.",
            "That doesn't follow: they were late before it, too.",
        ),
    ];

    fn judged(path: Path, batch: usize) -> Vec<Judgement> {
        let spans: Vec<Vec<Span>> = REPLIES.iter().map(|(_, reply)| vec![Span::whole(reply)]).collect();
        let parents: Vec<Vec<Span>> = REPLIES.iter().map(|(parent, _)| vec![Span::whole(parent)]).collect();
        let exchanges: Vec<Exchange<'_>> = REPLIES
            .iter()
            .zip(spans.iter().zip(&parents))
            .map(|((parent, text), (passages, parent_passages))| Exchange {
                text,
                passages,
                parent: Some(parent),
                parent_passages,
            })
            .collect();
        exchanges.chunks(batch).flat_map(|chunk| reader().judge(path, chunk)).collect()
    }

    #[test]
    fn the_embedded_file_is_whole() {
        assert!(reader().encoder.longest >= 128);
        assert!(FILE.len() <= 16_000_000);
    }

    #[test]
    fn a_damaged_or_foreign_file_is_refused_with_a_reason() {
        let reason = |file: &[u8]| Reader::open(file).err().unwrap_or_default();
        assert!(reason(b"").contains("does not begin"));
        assert!(reason(b"{\"model\": 1}").contains("does not begin"));
        assert!(reason(b"RJREAD01\xff\xff").contains("before its header"));
        assert!(reason(b"RJREAD01\xff\xff\xff\xff{}").contains("within its header"));
        assert!(reason(b"RJREAD01\x02\x00\x00\x00{}").contains("header is damaged"));
        assert!(reason(&FILE[..FILE.len() - 1]).contains("cut off or damaged"));
        let mut flipped = FILE.to_vec();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        assert!(reason(&flipped).contains("cut off or damaged"));
        assert!(Model::open(FILE).is_ok());
    }

    #[test]
    fn an_answer_does_not_depend_on_its_neighbours() {
        let (together, alone) = (judged(kernel::best(), 6), judged(kernel::best(), 1));
        for (one, other) in together.iter().zip(&alone) {
            assert_eq!(one.stance, other.stance);
            assert_eq!(one.roles, other.roles);
        }
    }

    /// Sixty replies made from parts.
    fn made() -> Vec<(String, String)> {
        let things =
            ["the bus line", "garlic bread", "this phone", "the new rule", "chess", "rain", "my old bike"];
        let claims = ["is too slow", "costs too much", "works well", "should stay", "makes people happy"];
        let openings = [
            "No, you are wrong:",
            "I agree,",
            "Why do you think that",
            "Fair point, but",
            "Source?",
            "Only an idiot would say",
            "Thanks, and",
        ];
        let reasons =
            ["because I tried it", "since nobody uses it", "and that is all", "as the numbers show"];
        let made = (0..60).map(|n| {
            let (thing, claim) = (things[n % things.len()], claims[n % claims.len()]);
            let (opening, other) = (openings[n * 3 % openings.len()], claims[(n / 7 + 2) % claims.len()]);
            let parent = if n % 9 == 8 { String::new() } else { format!("I think {thing} {claim}.") };
            (parent, format!("{opening} {thing} {other} {}.", reasons[n / 3 % reasons.len()]))
        });
        made.collect()
    }

    #[test]
    fn every_path_gives_the_same_vectors_and_answers() {
        let made = made();
        let spans: Vec<[Span; 1]> = made.iter().map(|(_, text)| [Span::whole(text)]).collect();
        let exchanges: Vec<Exchange<'_>> = made
            .iter()
            .zip(&spans)
            .map(|((parent, text), passages)| Exchange {
                text,
                passages,
                parent: (!parent.is_empty()).then_some(parent),
                parent_passages: &[],
            })
            .collect();
        let best = reader().judge(kernel::best(), &exchanges);
        assert_eq!(best.len(), 60);
        for path in kernel::available() {
            for (one, other) in best.iter().zip(reader().judge(path, &exchanges)) {
                assert_eq!(one.stance, other.stance, "{path:?}");
                assert_eq!(one.roles, other.roles, "{path:?}");
                assert_eq!(one.tones, other.tones, "{path:?}");
            }
        }
        let named: std::collections::BTreeSet<_> =
            best.iter().filter_map(|judgement| Some(judgement.stance.as_ref()?.value.as_str())).collect();
        assert!(named.len() > 1, "the replies are not all of one kind: {named:?}");
        let windows: Vec<Laid> = exchanges.iter().take(12).map(|exchange| reader().lay(exchange)).collect();
        let windows: Vec<&Window> = windows.iter().flat_map(|laid| &laid.windows).collect();
        let vectors = reader().read(kernel::best(), &windows);
        for path in kernel::available() {
            assert!(reader().read(path, &windows) == vectors, "{path:?}");
        }
    }

    #[test]
    fn a_long_reply_is_read_to_its_end() {
        let text = "This is one more sentence about the village library and its hours. ".repeat(60);
        let passages: Vec<Span> = (0..60).filter_map(|at| Span::of(&text, at * 67, at * 67 + 66)).collect();
        let exchange =
            Exchange { text: &text, passages: &passages, parent: Some("Open it."), parent_passages: &[] };
        let judgement = reader().judge(kernel::best(), &[exchange]).remove(0);
        assert_eq!(judgement.roles.len(), passages.len());
        let laid = reader().lay(&exchange);
        assert!(laid.passages.iter().all(|(_, range)| !range.is_empty()));
        assert!(laid.windows.iter().all(|window| window.sequence.ids.len() <= reader().encoder.longest));
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(24))]
        #[test]
        fn any_text_is_read(text in "\\PC{0,400}", parent in "\\PC{0,300}") {
            let passages = [Span::whole(&text)];
            let passages = if text.is_empty() { &[][..] } else { &passages[..] };
            let exchange = Exchange { text: &text, passages, parent: Some(&parent), parent_passages: &[] };
            let judgement = reader().judge(kernel::best(), &[exchange]).remove(0);
            proptest::prop_assert_eq!(judgement.roles.len(), passages.len());
            proptest::prop_assert_eq!(judgement.tones.len(), passages.len());
        }
    }
}

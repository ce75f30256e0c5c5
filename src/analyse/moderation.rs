//! What a moderator should look at: hints with reasons, never verdicts.
//!
//! The kinds follow what review queues name (Coral's detected reasons, Discourse's flags). Precision comes
//! first: a false accusation costs more than a missed one.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde::Serialize;

use crate::annotate::Judgement;
use crate::argument::Tone;
use crate::classify::Utterance;
use crate::thread::{AuthorId, Confidence, Duplicates, Post, PostId, Span, State, Thread};

/// A hint for a moderator: never a verdict.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The post.
    pub post: PostId,
    /// The words, or the whole post.
    pub span: Span,
    /// What it may be.
    pub kind: FlagKind,
    /// How sure.
    pub confidence: Confidence,
    /// What made it look so, in plain words.
    pub why: String,
}

/// The kinds of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FlagKind {
    /// Attacks a person in the conversation.
    Insult,
    /// Advertises.
    Spam,
    /// Nothing but a link.
    LinkOnly,
    /// Says the same thing again and again.
    Flooding,
    /// Written in capitals.
    Shouting,
}

impl FlagKind {
    /// The word that the JSON contract uses.
    pub fn as_str(self) -> &'static str {
        match self {
            FlagKind::Insult => "insult",
            FlagKind::Spam => "spam",
            FlagKind::LinkOnly => "link_only",
            FlagKind::Flooding => "flooding",
            FlagKind::Shouting => "shouting",
        }
    }
}

/// The same words by one author this often are flooding.
const FLOOD: usize = 3;

/// Everything a moderator should look at, surest first.
pub fn flags(
    thread: &Thread,
    duplicates: &Duplicates,
    utterances: &[Utterance<'_>],
    judgements: &[Judgement],
) -> Vec<Flag> {
    let mut flags = Vec::new();
    for (utterance, judgement) in utterances.iter().zip(judgements) {
        flags.extend(insults(utterance, judgement));
    }
    let sales = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(SALES)
        .ok();
    for post in thread.posts().iter().filter(|post| post.state == State::Present) {
        let link_only = link_only(post);
        let spam = sales.as_ref().and_then(|sales| advertises(post, duplicates, sales));
        if spam.is_none() {
            flags.extend(link_only);
        }
        flags.extend(spam);
        flags.extend(shouts(post));
    }
    flags.extend(floods(thread, duplicates));
    flags.sort_by(|a, b| {
        b.confidence
            .value()
            .total_cmp(&a.confidence.value())
            .then((a.post, a.span, a.kind).cmp(&(b.post, b.span, b.kind)))
    });
    flags
}

fn insults<'a>(utterance: &'a Utterance<'_>, judgement: &'a Judgement) -> impl Iterator<Item = Flag> + 'a {
    let tones = utterance.passages.iter().zip(&judgement.tones);
    tones.filter(|(_, tone)| tone.value == Tone::Insult).map(|(&span, tone)| Flag {
        post: utterance.post,
        span,
        kind: FlagKind::Insult,
        confidence: tone.confidence,
        why: tone.why.to_string(),
    })
}

/// A post whose own words are a link and nothing else.
fn link_only(post: &Post) -> Option<Flag> {
    let text = post.text();
    if post.body.links().is_empty() && !text.contains("http") && !text.contains("www.") {
        return None;
    }
    let own: Vec<&str> = post.body.prose().map(|span| span.slice(text)).collect();
    let words: Vec<&str> = own.iter().flat_map(|prose| prose.split_whitespace()).collect();
    let addresses = words.iter().filter(|word| is_address(word)).count();
    let linked = post.body.links().iter().map(|link| link.span.len()).sum::<usize>();
    let prose: usize = own.iter().map(|prose| prose.len()).sum();
    let only = !words.is_empty() && (addresses == words.len() || (linked > 0 && linked >= prose));
    (only && post.id != PostId::ROOT).then(|| Flag {
        post: post.id,
        span: Span::whole(text),
        kind: FlagKind::LinkOnly,
        confidence: Confidence::clamped(0.95),
        why: "the post is a link without a word about it".to_owned(),
    })
}

fn is_address(word: &str) -> bool {
    word.starts_with("http://") || word.starts_with("https://") || word.starts_with("www.")
}

/// Phrases of advertisements; one alone says little, so two are needed, or one with a link.
static SALES: &[&str] = &[
    "buy now",
    "order now",
    "click here",
    "click the link",
    "limited offer",
    "limited time offer",
    "discount code",
    "promo code",
    "coupon code",
    "free trial",
    "best price",
    "cheap price",
    "dm me for",
    "whatsapp",
    "telegram channel",
    "earn money",
    "make money",
    "work from home",
    "subscribe to my channel",
    "check out my channel",
    "check out my video",
    "sub to my",
    "subscribe to me",
    "visit my site",
    "visit our website",
    "my new video",
    "guaranteed results",
    "100% legit",
    "investment opportunity",
    "crypto investment",
    "double your",
    "casino bonus",
    "followers for free",
    "use my code",
    "use code",
    "referral link",
    "affiliate link",
    "lowest prices",
    "free shipping",
    "contact us today",
];

fn advertises(post: &Post, duplicates: &Duplicates, sales: &AhoCorasick) -> Option<Flag> {
    let text = post.text();
    let found: BTreeSet<usize> = sales.find_iter(text).map(|found| found.pattern().as_usize()).collect();
    let first = SALES[*found.first()?];
    let linked = !post.body.links().is_empty() || text.contains("http://") || text.contains("https://");
    let repeated = duplicates.is_repeat(post.id);
    let weight = found.len() + usize::from(linked) + usize::from(repeated);
    (weight >= 2).then(|| Flag {
        post: post.id,
        span: Span::whole(text),
        kind: FlagKind::Spam,
        confidence: Confidence::clamped(0.45 + 0.15 * weight as f64),
        why: format!("reads like an advertisement (\"{first}\"{})", if linked { " with a link" } else { "" }),
    })
}

/// Letters needed before capitals mean anything, and the share of them that is shouting.
const SHOUT_LETTERS: usize = 20;
const SHOUT_SHARE: f64 = 0.8;

fn shouts(post: &Post) -> Option<Flag> {
    let text = post.text();
    // Most posts have too few capitals to go on: an ASCII one, or the first byte of anything else.
    let capitals = text.bytes().filter(|byte| byte.is_ascii_uppercase() || *byte >= 0xC0).count();
    if (capitals as f64) < SHOUT_SHARE * SHOUT_LETTERS as f64 {
        return None;
    }
    let prose: Vec<Span> = post.body.prose().collect();
    let (mut letters, mut capitals, mut words) = (0usize, 0usize, 0usize);
    for word in
        prose.iter().flat_map(|span| span.slice(text).split_whitespace()).filter(|word| !is_address(word))
    {
        let upper = word.chars().filter(|c| c.is_uppercase()).count();
        let cased = word.chars().filter(|c| c.is_uppercase() || c.is_lowercase()).count();
        letters += cased;
        capitals += upper;
        words += usize::from(cased > 1);
    }
    let shouting = words >= 4 && letters >= SHOUT_LETTERS && capitals as f64 >= SHOUT_SHARE * letters as f64;
    shouting.then(|| Flag {
        post: post.id,
        span: Span::whole(text),
        kind: FlagKind::Shouting,
        confidence: Confidence::clamped(0.9),
        why: format!("{} % of its letters are capitals", (100.0 * capitals as f64 / letters as f64).round()),
    })
}

/// One author who says the same at least [`FLOOD`] times: each time after the first is flagged.
fn floods(thread: &Thread, duplicates: &Duplicates) -> Vec<Flag> {
    let mut flags = Vec::new();
    for group in duplicates.groups() {
        let mut by: BTreeMap<AuthorId, Vec<PostId>> = BTreeMap::new();
        for post in group.members() {
            if let Some(author) = thread.post(post).author {
                by.entry(author).or_default().push(post);
            }
        }
        for posts in by.into_values().filter(|posts| posts.len() >= FLOOD) {
            let count = posts.len();
            flags.extend(posts.into_iter().skip(1).map(|post| Flag {
                post,
                span: Span::whole(thread.post(post).text()),
                kind: FlagKind::Flooding,
                confidence: Confidence::clamped(0.9),
                why: format!("the author said the same {count} times"),
            }));
        }
    }
    flags
}

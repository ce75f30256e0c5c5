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

/// A post whose own words are addresses and nothing else. Words that carry a link say what it is.
fn link_only(post: &Post) -> Option<Flag> {
    let text = post.text();
    let links = post.body.links();
    if links.is_empty() && !text.contains("http") && !text.contains("www.") {
        return None;
    }
    let shown = |word: &str| is_address(word) || links.iter().any(|link| shows_address(word, &link.target));
    let mut words = post.body.prose().flat_map(|span| span.slice(text).split_whitespace()).peekable();
    let only = words.peek().is_some() && words.all(shown);
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

/// Whether the word is a link's address as sites shorten it: `a.example/page…`.
fn shows_address(word: &str, target: &str) -> bool {
    let word = word.trim_end_matches(['…', '.']);
    word.contains('.') && target.contains(word)
}

/// Phrases of advertisements. Honest posts have them too (job offers, house rules of a forum), so two are
/// needed, or one of the first [`BLUNT`] with a link, or one in a post that says what another said.
static SALES: &[&str] = &[
    "buy now",
    "limited offer",
    "limited time offer",
    "discount code",
    "promo code",
    "coupon code",
    "dm me for",
    "subscribe to my channel",
    "check out my channel",
    "check out my video",
    "sub to my",
    "subscribe to me",
    "visit my site",
    "guaranteed results",
    "100% legit",
    "crypto investment",
    "casino bonus",
    "followers for free",
    "use my code",
    "order now",
    "click here",
    "click the link",
    "free trial",
    "best price",
    "cheap price",
    "whatsapp",
    "telegram channel",
    "earn money",
    "make money",
    "work from home",
    "visit our website",
    "my new video",
    "investment opportunity",
    "double your",
    "use code",
    "referral link",
    "affiliate link",
    "lowest prices",
    "free shipping",
    "contact us today",
];

/// How many of [`SALES`], from the first, nobody writes who sells nothing.
const BLUNT: usize = 19;

fn advertises(post: &Post, duplicates: &Duplicates, sales: &AhoCorasick) -> Option<Flag> {
    let text = post.text();
    let found: BTreeSet<usize> = sales.find_iter(text).map(|found| found.pattern().as_usize()).collect();
    let first = SALES[*found.first()?];
    let linked = !post.body.links().is_empty() || text.contains("http://") || text.contains("https://");
    let repeated = duplicates.is_repeat(post.id);
    let blunt = found.first().is_some_and(|&first| first < BLUNT);
    let weight = found.len() + usize::from(linked && (blunt || found.len() > 1)) + usize::from(repeated);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::Body;

    fn post(body: Body) -> Post {
        let mut opening = crate::thread::Draft::new("0", crate::thread::Parent::Opening);
        opening.body = Body::from_plain("Which trains run at night?");
        let mut reply = crate::thread::Draft::new("1", crate::thread::Parent::Root);
        reply.body = body;
        let gathered = crate::thread::Gathered { drafts: vec![opening, reply], ..Default::default() };
        Thread::assemble(gathered).unwrap().posts()[1].clone()
    }

    fn link(words: &str, target: &str) -> Body {
        let mut builder = Body::builder();
        builder.begin_link(target);
        builder.text(words);
        builder.finish()
    }

    #[test]
    fn words_that_carry_a_link_are_words() {
        for words in ["Relevant", "I'll allow it.", "/r/noisygifs", "the rest of the rule, all of it"] {
            assert!(link_only(&post(link(words, "https://a.example/r/noisygifs"))).is_none(), "{words}");
        }
    }

    #[test]
    fn a_bare_or_shortened_address_is_only_a_link() {
        for words in ["https://a.example/page/2", "a.example/page…", "www.a.example"] {
            assert!(link_only(&post(link(words, "https://a.example/page/2"))).is_some(), "{words}");
        }
    }

    #[test]
    fn one_sales_phrase_with_a_link_is_an_advertisement_only_if_it_is_blunt() {
        let flagged = |words: &str| {
            let sales = AhoCorasick::builder().ascii_case_insensitive(true).build(SALES).ok()?;
            advertises(&post(Body::from_plain(words)), &Duplicates::default(), &sales)
        };
        for honest in [
            "Acme, Berlin, full time, work from home: https://acme.example/jobs",
            "Welcome. Click here for our rules: https://board.example/rules",
            "We build a thing like WhatsApp for offices. https://hall.example",
        ] {
            assert!(flagged(honest).is_none(), "{honest}");
        }
        for advert in [
            "Subscribe to my channel https://v.example/me",
            "Lowest prices and free shipping, click here: https://shop.example",
        ] {
            assert!(flagged(advert).is_some(), "{advert}");
        }
    }
}

//! The plain view and its JSON shape, version 1 of the contract.

use serde::Serialize;

use super::{Coverage, Findings};
use crate::analyse::{FlagKind, Label, SentenceKind, UnansweredKind};
use crate::argument::{Relation, RelationKind, Role, SOURCE, Stance};
use crate::thread::{Confidence, GroupKind, KnownBy, Notice, Post, Span, State, Thread, Time};

/// The whole report. Its serialised form is the JSON contract `rejoinder/1`: fields are added, never renamed.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Always `rejoinder/1`.
    pub schema: &'static str,
    /// What was read.
    pub thread: ThreadView,
    /// Repeats and shared passages.
    pub duplicates: Vec<DuplicateView>,
    /// Units in reading order; `units[n].id == n`.
    pub units: Vec<UnitView>,
    /// The stance of each reply that says something.
    pub replies: Vec<ReplyView>,
    /// Relations between units; `relations[n].id == n`.
    pub relations: Vec<RelationView>,
    /// Every claim and whether it holds.
    pub standing: Vec<StandingView>,
    /// What the thread turns on, most argued first.
    pub key_points: Vec<KeyPointView>,
    /// Questions and objections without an answer.
    pub unanswered: Vec<UnansweredView>,
    /// What a moderator should look at, surest first.
    pub flags: Vec<FlagView>,
    /// The thread in sentences of its own.
    pub summary: Vec<SummaryView>,
    /// What was read, folded, skipped.
    pub coverage: Coverage,
    /// Who judged.
    pub annotator: AnnotatorView,
}

/// The thread as read.
#[derive(Debug, Clone, Serialize)]
pub struct ThreadView {
    /// The title; empty when the source has none.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// The platform's short name.
    pub platform: &'static str,
    /// When it was fetched.
    pub fetched_at: Option<Time>,
    /// How many posts the source declares, the root counted in.
    pub declared: Option<u32>,
    /// The posts; left out where the contract leaves them out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posts: Option<Vec<PostView>>,
    /// Gaps and guesses.
    pub notices: Vec<Notice>,
}

/// One post.
#[derive(Debug, Clone, Serialize)]
pub struct PostView {
    /// Index into the posts.
    pub id: u32,
    /// The platform's id.
    pub native_id: String,
    /// The author's name.
    pub author: Option<String>,
    /// The post answered.
    pub parent: Option<u32>,
    /// `declared`, `quoted`, `mentioned` or `inferred`.
    pub parent_known_by: Option<&'static str>,
    /// How sure, when inferred.
    pub parent_confidence: Option<Confidence>,
    /// Further posts answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_replies_to: Vec<u32>,
    /// When it was written.
    pub written_at: Option<Time>,
    /// When it was edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Time>,
    /// Votes as shown.
    pub votes: Option<i64>,
    /// Whether the words are there.
    pub state: State,
    /// Its address.
    pub permalink: Option<String>,
    /// The plain text.
    pub text: String,
}

/// A group of repeats, or a shared passage.
#[derive(Debug, Clone, Serialize)]
pub struct DuplicateView {
    /// `exact`, `near`, `quoted` or `part`.
    pub kind: &'static str,
    /// Who said it first.
    pub first: u32,
    /// All posts concerned, `first` among them.
    pub members: Vec<u32>,
    /// For `part`: where the passage starts in the text of `first`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<usize>,
    /// For `part`: where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<usize>,
    /// For groups: how each repeat was matched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<MatchView>,
}

/// How one repeat was matched.
#[derive(Debug, Clone, Serialize)]
pub struct MatchView {
    /// The repeat.
    pub post: u32,
    /// What it was compared with.
    pub with: u32,
    /// How.
    pub kind: GroupKind,
    /// The share of words that agree.
    pub similarity: Confidence,
}

/// One unit.
#[derive(Debug, Clone, Serialize)]
pub struct UnitView {
    /// Index into the units.
    pub id: u32,
    /// The post it stands in.
    pub post: u32,
    /// First byte in that post's text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// `text[start..end]`, verbatim.
    pub text: String,
    /// What it does.
    pub role: Role,
    /// How sure.
    pub confidence: Confidence,
    /// Which annotator said so.
    pub by: &'static str,
    /// Its cue, in words.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub why: String,
}

/// The stance of one reply.
#[derive(Debug, Clone, Serialize)]
pub struct ReplyView {
    /// The reply.
    pub post: u32,
    /// What it answers.
    pub to: u32,
    /// How it stands.
    pub stance: Stance,
    /// How sure.
    pub confidence: Confidence,
    /// Which annotator said so; `source` where the source itself did.
    pub by: &'static str,
    /// Its cue, in words.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub why: String,
    /// Whether the source says so, rather than an annotator.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub declared: bool,
}

/// One relation: `from` and `to` for support and rebut, `from` and `step` for undercut.
#[derive(Debug, Clone, Serialize)]
pub struct RelationView {
    /// Index into the relations.
    pub id: u32,
    /// `support`, `rebut` or `undercut`.
    pub kind: &'static str,
    /// The unit that speaks.
    pub from: u32,
    /// The unit it bears on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
    /// The relation it undercuts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// How sure.
    pub confidence: Confidence,
    /// Which annotator or rule drew it.
    pub by: &'static str,
    /// Why it was drawn.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub why: &'static str,
}

/// Whether a claim holds.
#[derive(Debug, Clone, Serialize)]
pub struct StandingView {
    /// The claim.
    pub unit: u32,
    /// `stands`, `falls` or `contested`.
    pub label: Label,
    /// How sure the links are that the label rests on; `null` when nobody is seen to object.
    pub confidence: Option<Confidence>,
    /// Gradual strength from 0 to 1.
    pub strength: f64,
    /// One line in plain words.
    pub reason: String,
}

/// A point the thread turns on.
#[derive(Debug, Clone, Serialize)]
pub struct KeyPointView {
    /// The unit that words it.
    pub unit: u32,
    /// Its words, verbatim.
    pub text: String,
    /// All units that make this point, `unit` among them.
    pub members: Vec<u32>,
    /// How many people made it.
    pub people: u32,
    /// How many people spoke for it, those who made it counted in.
    #[serde(rename = "for")]
    pub speak_for: u32,
    /// How many people spoke against it.
    pub against: u32,
}

/// Something nobody answered.
#[derive(Debug, Clone, Serialize)]
pub struct UnansweredView {
    /// `question` or `objection`.
    pub kind: UnansweredKind,
    /// The unit.
    pub unit: u32,
}

/// Something for a moderator.
#[derive(Debug, Clone, Serialize)]
pub struct FlagView {
    /// The post.
    pub post: u32,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it may be.
    pub kind: FlagKind,
    /// How sure.
    pub confidence: Confidence,
    /// What made it look so.
    pub why: String,
    /// The post's native id.
    pub native_id: String,
    /// The post's author.
    pub author: Option<String>,
    /// The post's address.
    pub permalink: Option<String>,
    /// The flagged words, verbatim.
    pub text: String,
}

/// One sentence of the summary: a verified quotation.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryView {
    /// The words, verbatim from the post cited.
    pub text: String,
    /// Where they stand.
    pub cites: Vec<CiteView>,
    /// Why this sentence is here.
    pub kind: SentenceKind,
    /// A few words that say what the quotation is, such as "Most contested" or "Against it".
    pub lead: &'static str,
    /// Who wrote it.
    pub author: Option<String>,
    /// The unit quoted.
    pub unit: Option<u32>,
    /// How sure it is that this answers the sentence before, that somebody backs it, or that it asks; `null` where
    /// nothing is guessed.
    pub confidence: Option<Confidence>,
    /// Whether the quotation ends before the words it is taken from do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// Whether the quotation begins in the middle of its author's sentence.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut_before: bool,
}

/// Where a quotation stands.
#[derive(Debug, Clone, Serialize)]
pub struct CiteView {
    /// The post.
    pub post: u32,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The post's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
}

/// Who judged.
#[derive(Debug, Clone, Serialize)]
pub struct AnnotatorView {
    /// Its name.
    pub name: &'static str,
    /// What it goes by.
    pub about: &'static str,
    /// Why it judged and not another; left out when the user named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
}

impl Report {
    /// The view of these findings.
    pub fn new(findings: &Findings<'_>) -> Self {
        let thread = findings.thread;
        Self {
            schema: SCHEMA,
            thread: ThreadView::new(thread),
            duplicates: duplicates(findings),
            units: units(findings),
            replies: replies(findings),
            relations: findings.relations.all().iter().map(relation).collect(),
            standing: standing(findings),
            key_points: key_points(findings),
            unanswered: unanswered(findings),
            flags: flags(findings),
            summary: summary(findings),
            coverage: Coverage::of(thread, findings.duplicates, findings.units),
            annotator: AnnotatorView {
                name: findings.annotator.0,
                about: findings.annotator.1,
                chosen: None,
            },
        }
    }

    /// The posts.
    pub fn posts(&self) -> &[PostView] {
        self.thread.posts.as_deref().unwrap_or_default()
    }
}

/// The contract's name and version.
pub(super) const SCHEMA: &str = "rejoinder/1";

impl ThreadView {
    /// The view of a thread with its posts.
    pub fn new(thread: &Thread) -> Self {
        Self {
            title: thread.title.clone(),
            url: thread.url.as_ref().map(|url| url.to_string()),
            platform: thread.platform,
            fetched_at: thread.fetched_at,
            declared: thread.declared,
            posts: Some(thread.posts().iter().map(|post| PostView::new(thread, post)).collect()),
            notices: thread.notices.clone(),
        }
    }
}

impl PostView {
    /// Who wrote it, for people; `None` when that is not known, since its number says which post is meant.
    pub(super) fn speaker(&self) -> Option<&str> {
        let gone = || (self.state == State::DeletedByAuthor).then_some("deleted");
        self.author.as_deref().or_else(gone)
    }

    fn new(thread: &Thread, post: &Post) -> Self {
        let confidence = post.reply_to.and_then(|reply| match reply.known_by {
            KnownBy::Inferred(confidence) => Some(confidence),
            KnownBy::Declared | KnownBy::Quoted | KnownBy::Mentioned => None,
        });
        Self {
            id: post.id.index() as u32,
            native_id: post.native_id.clone(),
            author: thread.author_of(post.id).map(str::to_owned),
            parent: post.reply_to.map(|reply| reply.post.index() as u32),
            parent_known_by: post.reply_to.map(|reply| reply.known_by.as_str()),
            parent_confidence: confidence,
            also_replies_to: post.also_replies_to.iter().map(|to| to.index() as u32).collect(),
            written_at: post.written_at,
            edited_at: post.edited_at,
            votes: post.votes,
            state: post.state,
            permalink: post.permalink.clone(),
            text: post.text().to_owned(),
        }
    }
}

fn duplicates(findings: &Findings<'_>) -> Vec<DuplicateView> {
    let groups = findings.duplicates.groups().iter().map(|group| DuplicateView {
        kind: match group.kind() {
            GroupKind::Exact => "exact",
            GroupKind::Quoted => "quoted",
            GroupKind::Near => "near",
        },
        first: group.first.index() as u32,
        members: group.members().iter().map(|post| post.index() as u32).collect(),
        start: None,
        end: None,
        matches: group
            .matches
            .iter()
            .map(|found| MatchView {
                post: found.post.index() as u32,
                with: found.with.index() as u32,
                kind: found.kind,
                similarity: found.similarity,
            })
            .collect(),
    });
    let parts = findings.duplicates.parts().iter().map(|part| DuplicateView {
        kind: "part",
        first: part.first.index() as u32,
        members: vec![part.first.index() as u32, part.inside.index() as u32],
        start: Some(part.span.start()),
        end: Some(part.span.end()),
        matches: Vec::new(),
    });
    groups.chain(parts).collect()
}

fn units(findings: &Findings<'_>) -> Vec<UnitView> {
    let view = findings.units.all().iter().map(|unit| UnitView {
        id: unit.id.index() as u32,
        post: unit.post.index() as u32,
        start: unit.span.start(),
        end: unit.span.end(),
        text: findings.units.text(findings.thread, unit.id).to_owned(),
        role: unit.role.value,
        confidence: unit.role.confidence,
        by: unit.role.by,
        why: unit.role.why.to_string(),
    });
    view.collect()
}

fn replies(findings: &Findings<'_>) -> Vec<ReplyView> {
    let view = findings.stances.all().iter().map(|reply| ReplyView {
        post: reply.post.index() as u32,
        to: reply.to.index() as u32,
        stance: reply.stance.value,
        confidence: reply.stance.confidence,
        by: reply.stance.by,
        why: reply.stance.why.to_string(),
        declared: reply.stance.by == SOURCE,
    });
    view.collect()
}

fn relation(relation: &Relation) -> RelationView {
    let (to, step) = match relation.kind {
        RelationKind::Support { to, .. } | RelationKind::Rebut { to, .. } => (Some(to.index() as u32), None),
        RelationKind::Undercut { step, .. } => (None, Some(step.index() as u32)),
    };
    RelationView {
        id: relation.id.index() as u32,
        kind: relation.kind.as_str(),
        from: relation.kind.from().index() as u32,
        to,
        step,
        confidence: relation.confidence,
        by: relation.by,
        why: relation.why,
    }
}

fn standing(findings: &Findings<'_>) -> Vec<StandingView> {
    let view = findings.standings.iter().map(|standing| StandingView {
        unit: standing.unit.index() as u32,
        label: standing.label,
        confidence: standing.confidence,
        strength: round(standing.strength),
        reason: standing.reason.clone(),
    });
    view.collect()
}

fn key_points(findings: &Findings<'_>) -> Vec<KeyPointView> {
    let view = findings.key_points.iter().map(|point| KeyPointView {
        unit: point.unit.index() as u32,
        text: findings.units.text(findings.thread, point.unit).to_owned(),
        members: point.members.iter().map(|unit| unit.index() as u32).collect(),
        people: point.people,
        speak_for: point.speak_for,
        against: point.against,
    });
    view.collect()
}

fn unanswered(findings: &Findings<'_>) -> Vec<UnansweredView> {
    let view = findings.unanswered.iter();
    view.map(|open| UnansweredView { kind: open.kind, unit: open.unit.index() as u32 }).collect()
}

fn flags(findings: &Findings<'_>) -> Vec<FlagView> {
    let view = findings.flags.iter().map(|flag| {
        let post = findings.thread.post(flag.post);
        FlagView {
            post: flag.post.index() as u32,
            start: flag.span.start(),
            end: flag.span.end(),
            kind: flag.kind,
            confidence: flag.confidence,
            why: flag.why.clone(),
            native_id: post.native_id.clone(),
            author: findings.thread.author_of(flag.post).map(str::to_owned),
            permalink: post.permalink.clone(),
            text: flag.span.slice(post.text()).to_owned(),
        }
    });
    view.collect()
}

fn summary(findings: &Findings<'_>) -> Vec<SummaryView> {
    let thread = findings.thread;
    let words = |span: Span, post| span.slice(thread.post(post).text()).to_owned();
    let view = findings.summary.iter().map(|sentence| SummaryView {
        text: words(sentence.cite.span, sentence.cite.post),
        cites: vec![CiteView {
            post: sentence.cite.post.index() as u32,
            start: sentence.cite.span.start(),
            end: sentence.cite.span.end(),
            permalink: thread.post(sentence.cite.post).permalink.clone(),
        }],
        kind: sentence.kind,
        lead: sentence.kind.lead(),
        author: thread.author_of(sentence.cite.post).map(str::to_owned),
        unit: sentence.unit.map(|unit| unit.index() as u32),
        confidence: sentence.confidence,
        cut: sentence.cut,
        cut_before: sentence.cut_before,
    });
    view.collect()
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

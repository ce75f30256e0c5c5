//! The order of the stages, and nothing else.
//!
//! Each stage takes what earlier ones made and returns a value of its own type, so a wrong order does not
//! compile. Stages never call each other; this is the only place that knows them all.

use std::collections::{BTreeMap, HashSet};

use crate::analyse;
use crate::annotate::{Annotator, Exchange, Judgement};
use crate::argument::{Relations, Stances, Units};
use crate::classify::{self, Stretch, Utterance};
use crate::dedup;
use crate::graph::ArgumentGraph;
use crate::relate;
use crate::report::{Findings, Report, ThreadView};
use crate::segment;
use crate::thread::{Duplicates, Notice, NoticeKind, Post, PostId, Span, Thread};
use crate::threading;

use rayon::prelude::*;

/// A stage that begins; for people who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking for repeats.
    Collapse,
    /// Working out who answers whom where the source does not say.
    Link,
    /// Cutting posts into passages and judging them.
    Judge,
    /// Drawing relations.
    Relate,
    /// Working out what stands.
    Analyse,
    /// Laying out what is shown.
    Report,
}

impl Stage {
    /// What it does, in a word or two.
    pub fn doing(self) -> &'static str {
        match self {
            Stage::Collapse => "looking for repeats",
            Stage::Link => "linking replies",
            Stage::Judge => "reading claims",
            Stage::Relate => "relating claims",
            Stage::Analyse => "working out what stands",
            Stage::Report => "laying out the report",
        }
    }
}

/// A thread whose repeats are known and whose replies are linked as far as they can be.
#[derive(Debug)]
pub struct Linked {
    /// The thread.
    pub thread: Thread,
    /// Its repeats.
    pub duplicates: Duplicates,
}

/// Collapses repeats and links replies.
pub fn link(mut thread: Thread, watch: &mut dyn FnMut(Stage)) -> Linked {
    watch(Stage::Collapse);
    let duplicates = dedup::find(&thread);
    watch(Stage::Link);
    threading::link(&mut thread, &duplicates);
    Linked { thread, duplicates }
}

/// What `rejoinder thread` shows.
pub fn thread_view(linked: &Linked) -> ThreadView {
    ThreadView::new(&linked.thread)
}

/// How many bytes of words an annotator reads in this thread: each post's and those of what it answers.
pub fn bytes_to_judge(linked: &Linked) -> usize {
    let thread = &linked.thread;
    let length = |post: &Post| post.body.text().len();
    // Every post costs as much as some words, however short it is.
    const EACH: usize = 48;
    let both = |post: &Post| {
        EACH + length(post) + post.reply_to.map_or(0, |reply| length(thread.post(reply.post)).min(400))
    };
    thread.posts().iter().map(both).sum()
}

/// The whole map of a linked thread.
pub fn map(linked: &Linked, annotator: &dyn Annotator, watch: &mut dyn FnMut(Stage)) -> Report {
    let Linked { thread, duplicates } = linked;
    watch(Stage::Judge);
    let quotations: HashSet<PostId> =
        threading::bare_quotations(thread, duplicates).into_iter().map(|(quotation, _)| quotation).collect();
    let passages: Vec<Vec<Span>> = thread.posts().par_iter().map(|post| segment::split(&post.body)).collect();
    let utterances: Vec<Utterance<'_>> = thread
        .posts()
        .par_iter()
        .filter(|post| post.says_something() && !quotations.contains(&post.id))
        .map(|post: &Post| Utterance::new(thread, post.id, &passages))
        .collect();
    let stretches = classify::stretches(thread, &utterances);
    let judgements = judge(annotator, &utterances, Utterance::exchange);
    let told = judge(annotator, &stretches, Stretch::exchange);
    let borrowed = classify::Borrowed::of(thread, duplicates);
    let is_repeat = |post| duplicates.is_repeat(post);
    let units = classify::units(thread, &utterances, &judgements, is_repeat, &borrowed);
    watch(Stage::Relate);
    let parts: Vec<relate::Part<'_>> = stretches.iter().zip(&told).collect();
    let stances = relate::stances(thread, &utterances, &judgements, &parts);
    let content = relate::Content::of_units(thread, &units);
    let relations = relate::relations(thread, duplicates, &units, &content, &stances);
    watch(Stage::Analyse);
    let flags = analyse::flags(thread, duplicates, &utterances, &judgements);
    let found = Argued {
        thread,
        duplicates,
        units: &units,
        stances: &stances,
        relations: &relations,
        content: &content,
    };
    let mut report = found.report(&flags, annotator, watch);
    report.thread.notices.extend(language_notice(&judgements));
    report
}

/// Says how many posts were left unjudged for their language.
fn language_notice(judgements: &[Judgement]) -> Option<Notice> {
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for language in judgements.iter().filter_map(|judgement| judgement.foreign) {
        *languages.entry(language.name()).or_default() += 1;
    }
    let count: usize = languages.values().sum();
    let names: Vec<&str> = languages.into_keys().collect();
    let posts = if count == 1 { "1 post was".to_owned() } else { format!("{count} posts were") };
    (count > 0).then(|| {
        let words =
            format!("{posts} not judged, because the annotator reads English only ({})", names.join(", "));
        Notice::new(NoticeKind::Language, words)
    })
}

/// The argument as far as it was worked out.
struct Argued<'a> {
    thread: &'a Thread,
    duplicates: &'a Duplicates,
    units: &'a Units,
    stances: &'a Stances,
    relations: &'a Relations,
    content: &'a relate::Content,
}

impl Argued<'_> {
    fn report(
        &self,
        flags: &[analyse::Flag],
        annotator: &dyn Annotator,
        watch: &mut dyn FnMut(Stage),
    ) -> Report {
        let Argued { thread, duplicates, units, stances, relations, content } = *self;
        let graph = ArgumentGraph::new(units, relations);
        let standings = analyse::standings(thread, units, relations, &graph);
        let key_points = analyse::key_points(thread, duplicates, units, content, relations);
        let unanswered = analyse::unanswered(thread, duplicates, units, stances, relations);
        let summary = analyse::summarise(thread, units, relations, &graph, &key_points, &unanswered);
        watch(Stage::Report);
        Report::new(&Findings {
            thread,
            duplicates,
            units,
            stances,
            relations,
            standings: &standings,
            key_points: &key_points,
            unanswered: &unanswered,
            flags,
            summary: &summary,
            annotator: (annotator.name(), annotator.about()),
        })
    }
}

/// Exchanges judged in batches on all cores; the same exchange gets the same judgement in any batch.
fn judge<T: Sync>(
    annotator: &dyn Annotator,
    asked: &[T],
    exchange: fn(&T) -> Exchange<'_>,
) -> Vec<Judgement> {
    const BATCH: usize = 64;
    asked
        .par_chunks(BATCH)
        .flat_map_iter(|batch| {
            let exchanges: Vec<Exchange<'_>> = batch.iter().map(exchange).collect();
            annotator.judge(&exchanges)
        })
        .collect()
}

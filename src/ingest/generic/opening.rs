//! Posts that are wrapped in another way than most: the opening post above the replies.
//!
//! The group of like elements is that of the replies. What else bears their words' class, or stands right
//! above them with a name, a time and words, is the post that they answer; an article is left a stub.

use super::entry::Sum;
use super::groups::Region;
use super::sign::Signs;
use super::survey::Survey;
use crate::ingest::html::text_of;

/// Prose that an opening post found by its place alone has at least.
const WORDS: u32 = 40;

/// Prose of words of the same kind as the replies' at least.
const SAID: u32 = 12;

/// Rows above the words of an opening in which its name and time are looked for.
const ROWS: usize = 4;

/// Levels above the replies that are looked at.
const LEVELS: usize = 14;

/// Stretches outside the posts whose words are of the kind that the posts' are, widened as far as they can
/// be: where each begins and ends, and its words.
pub(super) fn of_the_same_kind(
    survey: &Survey<'_>,
    regions: &[Region],
    body_keys: &[u64],
) -> Vec<(u32, u32, u32)> {
    let mut found: Vec<(u32, u32, u32)> = Vec::new();
    let mut next = 0;
    let mut at = 0;
    while at < survey.len() {
        while regions.get(next).is_some_and(|region| region.end <= at) {
            next += 1;
        }
        if let Some(region) = regions.get(next).filter(|region| region.head <= at) {
            at = region.end;
            continue;
        }
        let entry = &survey.entries[at as usize];
        let inside = survey.inside(at);
        if survey.keys(at).iter().any(|key| body_keys.contains(key))
            && !entry.is_chrome
            && !entry.is_quoted
            && inside.prose >= SAID
        {
            let end = entry.end;
            if let Some(widest) = widened(survey, regions, at)
                && let Some(head) = headed(survey, regions, widest)
                && found.last().is_none_or(|&(_, before, _)| before <= head)
            {
                found.push((head, survey.entries[widest as usize].end, at));
            }
            at = end;
            continue;
        }
        at += 1;
    }
    found
}

/// Where the stretch begins that ends with this element and holds a time and a name: at the element itself,
/// or, above all posts, at a row before it or before what is around it.
fn headed(survey: &Survey<'_>, regions: &[Region], widest: u32) -> Option<u32> {
    let is_whole = |held: Sum| held.times > 0 && held.names > 0;
    if is_whole(survey.inside(widest)) {
        return Some(widest);
    }
    let end = survey.entries[widest as usize].end;
    if regions.first().is_none_or(|first| first.head < end) {
        return None;
    }
    let mut around = widest;
    for _ in 0..LEVELS {
        let parent = survey.entries[around as usize].parent;
        survey.entries.get(parent as usize)?;
        let name = survey.tag(parent);
        for before in children(survey, parent, around).into_iter().rev().take(ROWS) {
            let held = survey.between(before, end);
            if is_whole(held) && held.times <= 5 && !survey.entries[before as usize].is_chrome {
                return Some(before);
            }
        }
        if matches!(name, "body" | "main") {
            return None;
        }
        around = parent;
    }
    None
}

/// The children of an element before one of them.
fn children(survey: &Survey<'_>, parent: u32, before: u32) -> Vec<u32> {
    let mut children = Vec::new();
    let mut at = parent + 1;
    while at < before {
        children.push(at);
        at = survey.entries[at as usize].end;
    }
    children
}

/// The largest element around this one that holds no post of the group.
fn widened(survey: &Survey<'_>, regions: &[Region], at: u32) -> Option<u32> {
    let free = |at: u32| {
        let end = survey.entries[at as usize].end;
        let next = regions.partition_point(|region| region.end <= at);
        regions.get(next).is_none_or(|region| region.head >= end)
    };
    let outer = |at: u32| matches!(survey.tag(at), "html" | "body" | "main");
    let mut widest = free(at).then_some(at)?;
    for around in survey.above(at).take(LEVELS) {
        if !free(around) || outer(around) {
            break;
        }
        widest = around;
    }
    Some(widest)
}

/// The stretch above the replies that is the post which they answer, and whether it is an article.
pub(super) fn above(survey: &Survey<'_>, regions: &[Region]) -> Option<(u32, u32, bool)> {
    let first = regions.first()?.head;
    let mut around = first;
    for _ in 0..LEVELS {
        let parent = survey.entries[around as usize].parent;
        survey.entries.get(parent as usize)?;
        // The children of the parent before this one, the nearest first.
        let children = children(survey, parent, around);
        for (place, &child) in children.iter().enumerate().rev().take(40) {
            let entry = &survey.entries[child as usize];
            let held = survey.inside(child);
            if entry.is_chrome || held.prose < WORDS || held.linked > 2 * held.prose {
                continue;
            }
            let is_article = is_article(survey, child);
            if is_article || ((1..=5).contains(&held.times) && held.names > 0) {
                return Some((child, entry.end, is_article));
            }
            // The name and time may stand in a row before the words.
            for &before in children[..place].iter().rev().take(2) {
                let both = survey.between(before, entry.end);
                if (1..=5).contains(&both.times)
                    && both.names > 0
                    && !survey.entries[before as usize].is_chrome
                {
                    return Some((before, entry.end, false));
                }
            }
        }
        if survey.tag(parent) == "body" {
            return None;
        }
        around = parent;
    }
    None
}

/// Whether this holds an article and not a post.
fn is_article(survey: &Survey<'_>, at: u32) -> bool {
    let end = survey.entries[at as usize].end;
    (at..end.min(at + 400)).chain(survey.above(at).take(3)).any(|at| {
        let class = survey.class(at).unwrap_or_default();
        let of_article = |one: &str| {
            matches!(
                one,
                "entry-content"
                    | "post-content"
                    | "article-body"
                    | "article-content"
                    | "ArticleText"
                    | "type-post"
                    | "hentry"
                    | "story-body"
            )
        };
        class.split_ascii_whitespace().any(of_article)
    })
}

/// Whether these are answers to something and not all the posts there are.
pub(super) fn are_answers(survey: &Survey<'_>, regions: &[Region]) -> bool {
    let says = |at: u32| {
        let entry = &survey.entries[at as usize];
        let names = [survey.class(at), survey.id(at)].into_iter().flatten();
        let mut words = names.flat_map(str::split_ascii_whitespace);
        entry.signs.has(Signs::COMMENT)
            || words.any(|word| {
                let lower = word.to_ascii_lowercase();
                ["reply", "replies", "answer", "response", "comment"].iter().any(|part| lower.contains(part))
                    && !lower.starts_with("js-")
            })
    };
    let answers = regions
        .iter()
        .filter(|region| says(region.head) || survey.above(region.head).take(2).any(says))
        .count();
    answers * 2 > regions.len()
}

/// Whether the post is only the head of a page elsewhere: a heading that links to one of its own, or a link
/// to read on.
pub(super) fn leads_elsewhere(survey: &Survey<'_>, region: &Region, body: Option<u32>) -> bool {
    let outside =
        |href: &str| !href.starts_with('#') && !href.contains('#') && !super::people::leads_to_a_person(href);
    region.own().take(150).any(|at| {
        // Cheap questions first: this looks at many elements of every post.
        let inside = survey.inside(at);
        if inside.linked <= 8 || survey.tag(at) != "a" {
            return false;
        }
        let Some(href) = survey.href(at) else { return false };
        let in_heading = survey
            .above(at)
            .take(3)
            .take_while(|&above| above >= region.head)
            .any(|above| matches!(survey.tag(above), "h1" | "h2" | "h3" | "h4"));
        let before_words = body.is_none_or(|body| at < body);
        let reads_on = || {
            let text = text_of(survey.element(at)).to_lowercase();
            ["read more", "continue reading", "weiterlesen", "lire la suite", "leer más", "full story"]
                .iter()
                .any(|words| text.starts_with(words))
        };
        outside(href)
            && (in_heading && before_words && inside.linked > 12 || inside.linked < 60 && reads_on())
    })
}

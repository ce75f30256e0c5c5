//! Whether what is repeated on a page is a thread, and not a list of threads, people, files or changes.

use super::fields::{Fields, Found};
use super::groups::Region;
use super::sign::Signs;
use super::survey::Survey;
use super::{opening, times};

/// Bytes of what a list says of a thread's last post at most.
const NOTE: usize = 90;

/// Whether most of these have a name, a time and words, and are not the heads of something elsewhere.
pub(super) fn is_thread(survey: &Survey<'_>, regions: &[Region], fields: &Fields) -> bool {
    let count = regions.len();
    let has = |test: fn(&Found) -> bool| fields.found.iter().filter(|found| test(found)).count() * 10;
    let (named, timed, said) = (
        has(|found| found.author.is_some()),
        has(|found| found.time.is_some()),
        has(|found| found.body.is_some()),
    );
    let are_posts = || are_posts_by_name(survey, regions) && named >= 9 * count && said >= 9 * count;
    if named < 6 * count || said < 6 * count || (timed < 5 * count && !are_posts()) {
        return false;
    }
    // "Last post by Ann": a list of threads.
    let is_note = |found: &&Found| {
        let Some(body) = found.body else { return false };
        let mut said = String::new();
        for text in survey.element(body).text().take(12) {
            said.push_str(text);
            if said.len() >= NOTE {
                return false;
            }
        }
        times::tells_of_something_else(&said)
    };
    if fields.found.iter().filter(is_note).count() * 2 > count {
        return false;
    }
    if !are_posts_by_name(survey, regions) && !is_said_at_length(survey, fields) {
        return false;
    }
    let (mut prose, mut linked, mut elsewhere) = (0u32, 0u32, 0usize);
    for (region, found) in regions.iter().zip(&fields.found) {
        if let Some(body) = found.body {
            let inside = survey.inside(body);
            prose = prose.saturating_add(inside.prose);
            linked = linked.saturating_add(inside.linked);
        }
        elsewhere += usize::from(opening::leads_elsewhere(survey, region, found.body));
    }
    prose > linked && prose >= 15 * count as u32 && elsewhere * 2 < count
}

/// Whether all are called posts, comments or articles.
fn are_posts_by_name(survey: &Survey<'_>, regions: &[Region]) -> bool {
    regions.iter().all(|region| {
        let entry = &survey.entries[region.head as usize];
        entry.signs.has(Signs::POST)
            || entry.signs.has(Signs::COMMENT)
            || survey.tag(region.head) == "article"
    })
}

/// Whether at least one has more words than a line of a table: logs and lists of members have none.
fn is_said_at_length(survey: &Survey<'_>, fields: &Fields) -> bool {
    const LINE: u32 = 80;
    fields.found.iter().filter_map(|found| found.body).any(|body| survey.inside(body).prose >= LINE)
}

//! A source that mixes the posts of several threads: one of them is read, and the others are named.
//!
//! No post of another thread is ever put under the opening of the one that is read.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::Reading;
use crate::error::{Error, Result};
use crate::thread::{Draft, Notice, NoticeKind, Parent, State};

/// Threads that a notice names, and that an error does.
const NAMED: usize = 20;

/// Which of these threads is read, each named once and in the order of the source: the wanted one, else the
/// first; and what to say of the others. Fails when the wanted one is not among them.
pub(super) fn pick<'t>(
    threads: &[&'t str],
    wanted: Option<&str>,
) -> Result<Option<(&'t str, Option<Notice>)>> {
    let Some(&first) = threads.first() else { return Ok(None) };
    if let Some(wanted) = wanted {
        return match threads.iter().find(|thread| **thread == wanted) {
            Some(&thread) => Ok(Some((thread, None))),
            None => Err(Error::Unknown {
                kind: "thread",
                given: wanted.to_owned(),
                known: threads.iter().take(NAMED).copied().collect::<Vec<_>>().join(", "),
            }),
        };
    }
    let others: Vec<&str> = threads.iter().skip(1).take(NAMED).copied().collect();
    let notice = (!others.is_empty()).then(|| {
        let words = format!(
            "the source holds {} threads and the first, {first}, was read; choose another with --thread ({})",
            threads.len(),
            others.join(", ")
        );
        Notice::new(NoticeKind::SeveralThreads, words)
    });
    Ok(Some((first, notice)))
}

/// Each of these once, in order of first appearance.
pub(super) fn distinct<'t>(names: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

/// Keeps one of several threads whose openings the reading holds, with what is known to hang below it.
///
/// What hangs below a post that the source lacks may belong to any of them, and stays.
pub(super) fn keep_one(reading: &mut Reading, wanted: Option<&str>) -> Result<()> {
    let opens = |draft: &&Draft| draft.parent == Parent::Opening && draft.state != State::Missing;
    let openings = distinct(reading.drafts.iter().filter(opens).map(|draft| draft.key.as_str()));
    if openings.len() < 2 {
        return Ok(());
    }
    let Some((chosen, notice)) = pick(&openings, wanted)? else { return Ok(()) };
    let top = tops(&reading.drafts);
    let other: HashSet<&str> = openings.iter().copied().filter(|key| *key != chosen).collect();
    let is_kept = |draft: &Draft| !top.get(draft.key.as_str()).is_some_and(|top| other.contains(top));
    let kept: Vec<bool> = reading.drafts.iter().map(is_kept).collect();
    let is_first = openings.first() == Some(&chosen);
    let chosen = chosen.to_owned();
    let mut kept = kept.into_iter();
    reading.drafts.retain(|_| kept.next().unwrap_or(true));
    if !is_first {
        // What the page says of itself, it says of the thread that it begins with.
        let opening = reading.drafts.iter().find(|draft| draft.key == chosen);
        reading.url = opening.and_then(|draft| Url::parse(draft.permalink.as_deref()?).ok());
        (reading.title, reading.declared) = (None, None);
    }
    reading.notices.extend(notice);
    reading.thread = Some(chosen);
    Ok(())
}

/// The post that each post hangs below in the end; every chain is walked once.
fn tops(drafts: &[Draft]) -> HashMap<&str, &str> {
    let above: HashMap<&str, &str> = drafts
        .iter()
        .filter_map(|draft| match &draft.parent {
            Parent::Post(key) | Parent::Quoted(key) | Parent::Mentioned(key) => {
                Some((draft.key.as_str(), key.as_str()))
            }
            Parent::Opening | Parent::Root | Parent::Unknown => None,
        })
        .collect();
    let mut top: HashMap<&str, &str> = HashMap::with_capacity(drafts.len());
    for draft in drafts {
        let (mut chain, mut seen, mut at) = (Vec::new(), HashSet::new(), draft.key.as_str());
        let found = loop {
            if let Some(known) = top.get(at) {
                break *known;
            }
            if !seen.insert(at) {
                break at;
            }
            chain.push(at);
            match above.get(at) {
                Some(next) => at = next,
                None => break at,
            }
        };
        top.extend(chain.into_iter().map(|key| (key, found)));
    }
    top
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading() -> Reading {
        let reply = |key: &str, to: &str| Draft::new(key, Parent::Post(to.to_owned()));
        let drafts = vec![
            Draft::new("a", Parent::Opening),
            Draft::new("b", Parent::Opening),
            reply("b1", "b"),
            reply("a1", "a"),
            reply("b2", "b1"),
        ];
        Reading { drafts, title: Some("A".to_owned()), ..Reading::default() }
    }

    #[test]
    fn of_two_openings_one_is_kept_with_its_own_replies_and_the_other_is_named() {
        let keys =
            |reading: &Reading| reading.drafts.iter().map(|draft| draft.key.clone()).collect::<Vec<_>>();
        let mut first = reading();
        keep_one(&mut first, None).unwrap();
        assert_eq!(keys(&first), ["a", "a1"]);
        assert_eq!((first.notices[0].kind, first.title.as_deref()), (NoticeKind::SeveralThreads, Some("A")));
        assert!(first.notices[0].text.contains("--thread (b)"), "{}", first.notices[0].text);
        let mut second = reading();
        keep_one(&mut second, Some("b")).unwrap();
        assert_eq!((keys(&second), second.title), (vec!["b".into(), "b1".into(), "b2".into()], None));
        assert!(matches!(keep_one(&mut reading(), Some("z")), Err(Error::Unknown { .. })));
    }
}

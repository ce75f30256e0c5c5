//! Names of people: what an element says without the words around a name, and what only looks like one.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::survey::Survey;
use crate::ingest::html::{attribute, text_of};

/// Characters of a name at most.
const NAME: usize = 60;

/// Short words that stand in nearly every post: links to what can be done with somebody, and no names.
pub(super) fn labels(survey: &Survey<'_>, places: &[Vec<(u32, u64)>], anything: bool) -> HashSet<Rc<str>> {
    let mut counts: HashMap<Rc<str>, (usize, usize)> = HashMap::new();
    for (index, places) in places.iter().enumerate() {
        for &(at, _) in places {
            let entry = &survey.entries[at as usize];
            if (entry.name > 0 || anything && entry.end - at == 1)
                && let Some(name) = of(survey, at)
            {
                let (count, last) = counts.entry(name).or_insert((0, usize::MAX));
                *count += usize::from(*last != index);
                *last = index;
            }
        }
    }
    let all = places.len();
    counts
        .into_iter()
        .filter(|(_, (count, _))| all >= 5 && count * 10 >= all * 8)
        .map(|(name, _)| name)
        .collect()
}

/// The name that an element holds; `None` for what is none. Each is read once.
pub(super) fn of(survey: &Survey<'_>, at: u32) -> Option<Rc<str>> {
    survey.names.borrow_mut().entry(at).or_insert_with(|| read(survey, at)).clone()
}

fn read(survey: &Survey<'_>, at: u32) -> Option<Rc<str>> {
    let element = survey.element(at);
    let value = element.value();
    let given = attribute(value, "data-author").or_else(|| attribute(value, "data-username"));
    let name = match given.filter(|name| !name.trim().is_empty()) {
        Some(name) => name.trim().to_owned(),
        None => text_of(element),
    };
    let mut name = name.trim_matches([':', ',', '-', '–', '»', '«', '|', '·', '•']).trim();
    for by in ["by ", "By ", "Posted by ", "posted by ", "von ", "Von ", "par ", "por ", "door ", "от "] {
        name = name.strip_prefix(by).unwrap_or(name);
    }
    for after in
        [" says", " said", " wrote", " schrieb", " sagt", " dit", " dice", " says:", " said:", " wrote:", ":"]
    {
        name = name.strip_suffix(after).unwrap_or(name);
    }
    let name = name.trim();
    let words = name.split(' ').count();
    let lower = name.to_lowercase();
    let fits =
        !name.is_empty() && name.len() <= NAME && words <= 6 && name.chars().any(char::is_alphanumeric);
    (fits && !LABELS.contains(&lower.as_str()) && !name.starts_with('#')).then(|| name.into())
}

/// What stands where names do and is none.
static LABELS: &[&str] = &[
    "reply",
    "quote",
    "report",
    "permalink",
    "link",
    "share",
    "like",
    "edit",
    "top",
    "member",
    "author",
    "message",
    "parent",
    "profile",
    "antworten",
    "zitieren",
    "melden",
    "répondre",
    "citer",
    "responder",
    "citar",
    "цитировать",
    "ответить",
    "pm",
    "email",
    "www",
    "website",
    "moderator",
    "administrator",
    "admin",
    "new member",
    "senior member",
    "junior member",
    "registered user",
    "op",
    "guest:",
    "posts",
    "topic starter",
    "thread starter",
    "online",
    "offline",
    "view profile",
    "private message",
    "find posts",
    "back to top",
    "post",
    "comment",
    "delete",
    "flag",
    "username",
    "user",
];

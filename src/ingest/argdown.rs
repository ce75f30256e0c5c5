//! Argdown, a plain language for argument maps: titled statements and arguments, and who supports or attacks what.
//!
//! A statement or argument is a post, and it answers what it supports, attacks or undercuts. A premise
//! answers its argument, and an argument its conclusion. Prose without a title or relation is commentary on
//! the map: no post, but a notice counts it.

use std::collections::HashMap;

use url::Url;

use super::markdown;
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::{Media, Request};
use crate::thread::{Draft, Notice, NoticeKind, Parent, Side};

/// The reader of Argdown.
pub(super) struct Argdown;

impl Platform for Argdown {
    fn name(&self) -> &'static str {
        "argdown"
    }

    fn about(&self) -> &'static str {
        "argument maps written in Argdown"
    }

    fn example(&self) -> &'static str {
        ""
    }

    fn request(&self, _: &Url) -> Option<Request> {
        None
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let other = matches!(document.page.media, Media::Html | Media::Json | Media::Ndjson | Media::Mbox);
        // Both JSON and a statement begin with a bracket; a colon follows the latter.
        let defined = title(document.start()).is_some_and(|(_, rest)| rest.starts_with(':'));
        if other || (document.is_json() && !defined) || document.mentions("</") {
            return Recognition::No;
        }
        if document.page.name.ends_with(".argdown") {
            return Recognition::Certain;
        }
        let titled =
            |line: &str| matches!(title(line), Some((Title::Argument(_), rest)) if rest.starts_with(':'));
        let mut lines = document.page.text.lines().map(str::trim_start);
        let related = |line: &str| relation(line).is_some_and(|(_, rest)| titled(rest));
        if lines.any(related) { Recognition::Likely } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let text = without_comments(document.start());
        let mut map = Map::default();
        let mut lines = text.lines().peekable();
        if lines.next_if(|line| line.trim_end() == "===").is_some() {
            for line in lines.by_ref().take_while(|line| line.trim_end() != "===") {
                if let Some(title) = line.strip_prefix("title:") {
                    map.title = Some(title.trim().trim_matches('"').to_owned());
                }
            }
        }
        for line in lines {
            map.line(line);
        }
        map.end_argument();
        Ok(map.into_reading())
    }
}

/// How one thing stands to another in a relation line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// What stands here bears on what stands above.
    Up,
    /// What stands above bears on what stands here.
    Down,
}

/// The title of a statement or an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Title<'t> {
    Statement(&'t str),
    Argument(&'t str),
}

#[derive(Default)]
struct Element {
    key: String,
    title: String,
    text: String,
    /// Whether it has a title or stands in a relation.
    is_post: bool,
    /// What it bears on, and on which side, in the order of the file.
    answers: Vec<(usize, Side)>,
}

#[derive(Default)]
struct Map {
    title: Option<String>,
    elements: Vec<Element>,
    by_key: HashMap<String, usize>,
    /// What is above the next relation line, with its indentation.
    above: Vec<(usize, usize)>,
    /// What the next line of text belongs to; `None` when it is told again and its words are known.
    open: Option<Option<usize>>,
    /// The argument whose premises follow, and these.
    argument: Option<usize>,
    premises: Vec<usize>,
    concluded: bool,
    in_rule: bool,
}

impl Map {
    fn line(&mut self, line: &str) {
        let words = line.trim();
        let indent = line.len() - line.trim_start().len();
        if words.starts_with("--") && words.bytes().all(|byte| byte == b'-') {
            self.in_rule = words.len() < 4 && !self.in_rule;
            self.concluded = true;
            self.open = None;
        } else if words.is_empty() && !self.in_rule {
            self.open = None;
        } else if self.in_rule {
            // What an inference is called is no claim.
        } else if words.starts_with('#') && words.trim_start_matches('#').starts_with(' ') {
            self.end_argument();
            self.above.clear();
            self.open = None;
            let heading = words.trim_start_matches('#').trim();
            self.title.get_or_insert_with(|| heading.to_owned());
        } else if let Some((relation, rest)) = relation(words).filter(|_| self.outer(indent).is_some()) {
            self.relate(relation, indent, rest);
        } else if let Some(rest) = numbered(words).filter(|_| self.open.is_none() || indent == 0) {
            let at = self.element(rest);
            self.elements[at].is_post = true;
            self.premises.push(at);
            self.above = vec![(0, at)];
        } else if let Some(open) = self.open {
            if let Some(element) = open.and_then(|at| self.elements.get_mut(at)) {
                element.text.push(' ');
                element.text.push_str(words);
            }
        } else {
            self.end_argument();
            let at = self.element(relation(words).map_or(words, |(_, rest)| rest));
            self.argument = Some(at).filter(|_| matches!(title(words), Some((Title::Argument(_), _))));
            self.above = vec![(indent, at)];
        }
    }

    /// What a relation line with this indentation is about.
    fn outer(&self, indent: usize) -> Option<usize> {
        self.above.iter().rev().find(|(outer, _)| *outer < indent).map(|(_, at)| *at)
    }

    fn relate(&mut self, (direction, side): (Direction, Side), indent: usize, rest: &str) {
        self.above.retain(|(outer, _)| *outer < indent);
        let Some(outer) = self.outer(indent) else { return };
        let at = self.element(rest);
        let (from, to) = match direction {
            Direction::Up => (at, outer),
            Direction::Down => (outer, at),
        };
        self.answer(from, to, side);
        self.above.push((indent, at));
    }

    fn answer(&mut self, from: usize, to: usize, side: Side) {
        let known = self.elements[from].answers.iter().any(|(other, _)| *other == to);
        if from != to && !known {
            self.elements[from].answers.push((to, side));
        }
        self.elements[from].is_post = true;
        self.elements[to].is_post = true;
    }

    /// The element that this text names, defines, or is.
    fn element(&mut self, words: &str) -> usize {
        let (key, name, text) = match title(words) {
            Some((Title::Statement(name), rest)) => (format!("[{name}]"), name, rest),
            Some((Title::Argument(name), rest)) => (format!("<{name}>"), name, rest),
            None => (format!("statement {}", self.elements.len() + 1), "", words),
        };
        let text = text.trim_start_matches(':').trim();
        let at = *self.by_key.entry(key.clone()).or_insert(self.elements.len());
        if at == self.elements.len() {
            let (title, is_post) = (name.to_owned(), !name.is_empty());
            self.elements.push(Element { key, title, is_post, ..Element::default() });
        }
        let element = &mut self.elements[at];
        let told = element.text.is_empty();
        if told {
            element.text = text.to_owned();
        }
        self.open = Some(told.then_some(at));
        at
    }

    /// Links the premises read so far to their argument, and that to its conclusion.
    fn end_argument(&mut self) {
        let mut premises = std::mem::take(&mut self.premises);
        let conclusion = if self.concluded { premises.pop() } else { None };
        self.concluded = false;
        if let Some(argument) = self.argument.take() {
            premises.into_iter().for_each(|premise| self.answer(premise, argument, Side::For));
            if let Some(conclusion) = conclusion {
                self.answer(argument, conclusion, Side::For);
            }
        } else if let Some(conclusion) = conclusion {
            premises.into_iter().for_each(|premise| self.answer(premise, conclusion, Side::For));
        }
    }

    fn into_reading(self) -> Reading {
        let mut reading = Reading { title: self.title, ..Reading::default() };
        let commentary = self.elements.iter().filter(|element| !element.is_post).count();
        let opening = self.elements.iter().position(|element| element.is_post && element.answers.is_empty());
        for (at, element) in self.elements.iter().enumerate().filter(|(_, element)| element.is_post) {
            let mut answers =
                element.answers.iter().map(|(to, side)| (self.elements[*to].key.clone(), *side));
            let (parent, side) = match answers.next() {
                _ if opening == Some(at) => (Parent::Opening, None),
                Some((to, side)) => (Parent::Post(to), Some(side)),
                None => (Parent::Unknown, None),
            };
            let mut draft = Draft::new(element.key.as_str(), parent);
            draft.side = side;
            draft.also = answers.map(|(to, _)| to).collect();
            let words = plain(&element.text);
            draft.body = markdown::body(if words.is_empty() { &element.title } else { &words });
            reading.drafts.push(draft);
        }
        if commentary > 0 {
            let words = format!(
                "passages of commentary that stand in no relation to the map and are no posts: {commentary}"
            );
            reading.notices.push(Notice::new(NoticeKind::Unreadable, words));
        }
        reading
    }
}

/// The kind of a relation line and what follows its mark.
fn relation(line: &str) -> Option<((Direction, Side), &str)> {
    let (mark, rest) = line.split_once(' ')?;
    let direction = match mark {
        "+" | "-" | "_" | "<+" | "<-" | "<_" | "><" => Direction::Up,
        "+>" | "->" | "_>" => Direction::Down,
        _ => return None,
    };
    let side = if mark.contains('+') { Side::For } else { Side::Against };
    Some(((direction, side), rest.trim_start()))
}

/// The title that a text begins with, and the rest: empty, or after a colon.
fn title(words: &str) -> Option<(Title<'_>, &str)> {
    let (open, close) = if words.starts_with('[') { ('[', ']') } else { ('<', '>') };
    let (name, rest) = words.strip_prefix(open)?.split_once(close)?;
    let fits = !name.trim().is_empty() && (rest.is_empty() || rest.starts_with([':', ' ']));
    let title = if open == '[' { Title::Statement(name.trim()) } else { Title::Argument(name.trim()) };
    fits.then_some((title, rest.trim_start()))
}

/// What follows the number of a premise or conclusion: `(1) text`.
fn numbered(words: &str) -> Option<&str> {
    let (number, rest) = words.strip_prefix('(')?.split_once(')')?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| rest.trim_start())
}

/// The text without comments: `/* ... */`, `<!-- ... -->`, and from `//` to the end of the line.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['/', '<']) {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let apart = kept.is_empty() || kept.ends_with(char::is_whitespace);
        let block = [("/*", "*/"), ("<!--", "-->")].into_iter().find(|(open, _)| from.starts_with(open));
        rest = match block {
            Some((_, close)) => from.split_once(close).map_or("", |(_, after)| after),
            None if from.starts_with("//") && apart => {
                from.get(from.find('\n').unwrap_or(from.len())..).unwrap_or("")
            }
            None => {
                kept.push_str(from.get(..1).unwrap_or_default());
                from.get(1..).unwrap_or_default()
            }
        };
    }
    kept.push_str(rest);
    kept
}

/// The words without tags and data, and with mentions as the titles they mention.
fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['#', '@', '{']) {
        let (before, from) = rest.split_at(at);
        words.push_str(before);
        let apart = words.is_empty() || words.ends_with(char::is_whitespace);
        let after = from.get(1..).unwrap_or_default();
        let tag = after.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'));
        rest = if from.starts_with("#(") && apart {
            after.split_once(')').map_or("", |(_, after)| after)
        } else if from.starts_with('#') && apart && tag.len() < after.len() {
            tag
        } else if from.starts_with('{') && apart {
            after.split_once('}').map_or("", |(_, after)| after)
        } else if let Some((Title::Statement(name) | Title::Argument(name), _)) =
            mention(after).filter(|_| from.starts_with('@'))
        {
            words.push_str(name);
            mention(after).map_or("", |(_, rest)| rest)
        } else {
            words.push_str(from.get(..1).unwrap_or_default());
            after
        };
    }
    words.push_str(rest);
    words.trim().to_owned()
}

/// The title at the start of this text, whatever follows.
fn mention(words: &str) -> Option<(Title<'_>, &str)> {
    let (open, close) = if words.starts_with('[') { ('[', ']') } else { ('<', '>') };
    let (name, rest) = words.strip_prefix(open)?.split_once(close)?;
    Some((if open == '[' { Title::Statement(name) } else { Title::Argument(name) }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn read(text: &str) -> Reading {
        let page = Page { text: text.to_owned(), name: "map.argdown".to_owned(), ..Page::default() };
        Argdown.read(&Document::new(page, None)).unwrap()
    }

    fn links(reading: &Reading) -> Vec<(&str, &Parent)> {
        reading.drafts.iter().map(|draft| (draft.key.as_str(), &draft.parent)).collect()
    }

    fn to(key: &str) -> Parent {
        Parent::Post(key.to_owned())
    }

    #[test]
    fn indented_relations_lead_to_what_stands_above() {
        let reading = read(
            "[Tea]: Tea is good. // central\n  + <Warm>: It warms\n  you up. #pro\n    <_ <Summer>: Not in @[Tea] season.\n  - <Sleep>: It keeps you awake.\n    -> <Warm>\n",
        );
        let expected = [
            ("[Tea]", &Parent::Opening),
            ("<Warm>", &to("[Tea]")),
            ("<Summer>", &to("<Warm>")),
            ("<Sleep>", &to("[Tea]")),
        ];
        assert_eq!(links(&reading), expected);
        assert_eq!(reading.drafts[1].body.text(), "It warms you up.");
        assert_eq!(reading.drafts[2].body.text(), "Not in Tea season.");
        assert_eq!(reading.drafts[3].also, ["<Warm>"]);
        let sides: Vec<Option<Side>> = reading.drafts.iter().map(|draft| draft.side).collect();
        assert_eq!(sides, [None, Some(Side::For), Some(Side::Against), Some(Side::Against)]);
    }

    #[test]
    fn premises_answer_their_argument_and_that_its_conclusion() {
        let reading = read(
            "# Talk\n\nSome words.\n\n<A>: because\n\n(1) [P]: one\n    + <B>: so it is\n(2) two\n-- rule --\n----\n(3) [C]: three\n",
        );
        let expected = [
            ("<A>", &to("[C]")),
            ("[P]", &to("<A>")),
            ("<B>", &to("[P]")),
            ("statement 5", &to("<A>")),
            ("[C]", &Parent::Opening),
        ];
        assert_eq!(links(&reading), expected);
        assert_eq!((reading.title.as_deref(), reading.notices.len()), (Some("Talk"), 1));
    }

    #[test]
    fn lists_and_links_in_other_texts_are_no_argument_map() {
        let sure = |text: &str| {
            let page = Page { text: text.to_owned(), name: "notes.md".to_owned(), ..Page::default() };
            Argdown.recognise(&Document::new(page, None))
        };
        assert_eq!(
            sure("- [x] done\n- [see](https://a.example)\n\n[1]: https://b.example\n"),
            Recognition::No
        );
        assert_eq!(sure("[A]: a\n  - <B>: b\n"), Recognition::Likely);
    }
}

//! The words of a plain letter: what its author wrote, what is quoted and of whom, and what is neither.
//!
//! Signatures, list footers and what programs add are left out; they are nobody's contribution.

use super::added;
use super::attribution::{self, Quoted};
use crate::thread::{Body, BodyBuilder};

/// Quotations inside one another that are told apart.
const DEEPEST: usize = 16;

/// Lines that one attribution may be broken into.
const ATTRIBUTION_LINES: usize = 3;

/// How the lines of a text are broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// As the author or the program broke them.
    Fixed,
    /// A line that ends in a space goes on in the next (format=flowed).
    Soft,
    /// The same, and the space is not part of the text.
    SoftWithoutSpace,
}

/// A line and how deep it is quoted.
#[derive(Debug)]
struct Line {
    depth: usize,
    text: String,
}

/// The words of a letter and the names of what is attached to it.
pub(super) fn body(text: &str, flow: Flow, attachments: &[String]) -> Body {
    let lines = lines(text, flow);
    let mut letter = Letter {
        last_quoted: lines.iter().rposition(|line| line.depth > 0 && !line.text.trim().is_empty()),
        lines: &lines,
        builder: Body::builder(),
        open: 0,
        whole: 0,
        next: Vec::new(),
        skipped: None,
        code: false,
    };
    let mut at = 0;
    while at < lines.len() {
        at = letter.take(at);
    }
    letter.close_to(0);
    letter.attached(attachments);
    letter.builder.finish()
}

/// The lines without their marks of quotation, soft breaks undone.
fn lines(text: &str, flow: Flow) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let (depth, words) = unmarked(line);
        // A leading space is stuffing in flowed text.
        let words = if flow == Flow::Fixed { words } else { words.strip_prefix(' ').unwrap_or(words) };
        let soft = flow != Flow::Fixed && words.ends_with(' ') && words != "-- " && !words.trim().is_empty();
        let kept = if soft && flow == Flow::SoftWithoutSpace {
            words.strip_suffix(' ').unwrap_or(words)
        } else {
            words
        };
        match lines.last_mut() {
            Some(last) if goes_on && last.depth == depth && words != "-- " => last.text.push_str(kept),
            _ => lines.push(Line { depth, text: kept.to_owned() }),
        }
        goes_on = soft;
    }
    lines
}

/// How many marks of quotation the line begins with, and what follows them.
fn unmarked(line: &str) -> (usize, &str) {
    let mut depth = 0;
    let mut rest = line;
    loop {
        let inner = if depth == 0 { rest } else { rest.strip_prefix(' ').unwrap_or(rest) };
        match inner.strip_prefix('>') {
            Some(after) => {
                depth += 1;
                rest = after;
            }
            None => return (depth.min(DEEPEST), if depth == 0 { rest } else { inner }),
        }
    }
}

/// A letter that is being read line by line.
struct Letter<'l> {
    lines: &'l [Line],
    /// The last line that is marked as quoted.
    last_quoted: Option<usize>,
    builder: BodyBuilder,
    /// Quotations that are open.
    open: usize,
    /// Whole messages below the author's own words that have begun; all that follows is theirs.
    whole: usize,
    /// Whose words come next, and how deep.
    next: Vec<(usize, Quoted)>,
    /// The depth of the signature or footer that is being left out.
    skipped: Option<usize>,
    /// Whether a patch is being read, in which white space counts.
    code: bool,
}

impl Letter<'_> {
    /// Reads the line at this place, and those that belong to it; returns where to go on.
    fn take(&mut self, at: usize) -> usize {
        let Some(line) = self.lines.get(at) else { return at + 1 };
        let depth = line.depth;
        if let Some(next) = self.whole_message(at).or_else(|| self.attribution(at)) {
            self.skipped = None;
            return next;
        }
        if self.skipped.is_some_and(|skipped| skipped == depth) {
            return at + 1;
        }
        self.skipped = None;
        if line.text.trim_end() == "--" || self.is_footer(at) {
            self.skipped = Some(depth);
            return at + 1;
        }
        if let Some(next) = self.added_by_program(at) {
            return next;
        }
        if depth == 0 && !self.code && self.is_patch(at) {
            self.close_to(self.whole);
            self.builder.begin_code();
            self.code = true;
        }
        self.emit(depth, &line.text);
        at + 1
    }

    fn text(&self, at: usize) -> &str {
        self.lines.get(at).map_or("", |line| line.text.trim())
    }

    fn depth(&self, at: usize) -> usize {
        self.lines.get(at).map_or(0, |line| line.depth)
    }

    /// The next line that is not blank, not far from here.
    fn after_blanks(&self, from: usize) -> usize {
        let blank = |at: &usize| *at < self.lines.len() && self.text(*at).is_empty();
        (from..from + 6).find(|at| !blank(at)).unwrap_or(from)
    }

    /// "-----Original Message-----", or the small header that Outlook sets without it.
    fn whole_message(&mut self, at: usize) -> Option<usize> {
        let depth = self.depth(at);
        let text = self.text(at);
        let announced = attribution::announces_message(text);
        let ruled = text.len() >= 5 && text.bytes().all(|byte| byte == b'_');
        let starts = announced || ruled || text.contains(':');
        if !starts {
            return None;
        }
        let from = if announced || ruled { self.after_blanks(at + 1) } else { at };
        let same = |at: &usize| self.depth(*at) == depth;
        let lines = (from..self.lines.len()).take_while(same).map(|at| self.text(at));
        let header = attribution::small_header(lines);
        let (next, quoted) = match header {
            Some((count, quoted)) => (from + count, quoted),
            None if announced => (at + 1, Quoted::default()),
            None => return None,
        };
        let next = self.after_blanks(next);
        self.end_code();
        if self.depth(next) > depth {
            // The message below bears marks of its own.
            self.next.push((depth + self.whole + 1, quoted));
        } else if depth == 0 {
            self.close_to(self.whole);
            self.whole = (self.whole + 1).min(DEEPEST);
            self.next.push((self.whole, quoted));
        }
        Some(next)
    }

    /// "On …, Ann wrote:" with a quotation below.
    fn attribution(&mut self, at: usize) -> Option<usize> {
        let depth = self.depth(at);
        let first = self.text(at);
        if first.is_empty() {
            return None;
        }
        let mut joined = String::new();
        for count in 1..=ATTRIBUTION_LINES {
            let last = at + count - 1;
            if self.depth(last) != depth
                || self.text(last).is_empty()
                || (count > 1 && !attribution::may_begin(first))
            {
                return None;
            }
            if count > 1 {
                joined.push(' ');
            }
            joined.push_str(self.text(last));
            if !joined.ends_with([':', '：']) {
                continue;
            }
            let Some(quoted) = attribution::of(&joined) else { continue };
            let next = self.after_blanks(last + 1);
            if self.depth(next) > depth {
                self.end_code();
                self.next.push((depth + self.whole + 1, quoted));
                return Some(next);
            }
            // Some programs quote the whole message without a mark, and nothing but it follows.
            let unmarked = depth == 0 && self.last_quoted.is_none_or(|last| last < at);
            if unmarked && attribution::is_by_program(&joined) && next < self.lines.len() {
                self.end_code();
                self.close_to(self.whole);
                self.whole = (self.whole + 1).min(DEEPEST);
                self.next.push((self.whole, quoted));
                return Some(next);
            }
            return None;
        }
        None
    }

    /// The rule above what a mailing list adds to every message.
    fn is_footer(&self, at: usize) -> bool {
        let text = self.text(at);
        let ruled = |mark: u8, least: usize| text.len() >= least && text.bytes().all(|byte| byte == mark);
        if !(ruled(b'_', 20) || ruled(b'-', 3) || ruled(b'=', 20) || ruled(b'*', 20)) {
            return false;
        }
        let depth = self.depth(at);
        let below = self.lines.iter().skip(at + 1).take_while(|line| line.depth == depth);
        let below = below.map(|line| line.text.trim());
        // What comes below another rule or the place of another part is judged by itself.
        let is_rule = |text: &str| text.len() >= 5 && text.bytes().all(|byte| b"_-=*".contains(&byte));
        added::is_list_footer(below.take_while(|text| !is_rule(text) && !text.starts_with("----------")))
    }

    /// Whether the author's words end here: nothing follows at this depth but what was said before or added.
    fn ends_after(&self, at: usize) -> bool {
        let depth = self.depth(at);
        let Some(next) = (at + 1..self.lines.len()).find(|&at| !self.text(at).is_empty()) else {
            return true;
        };
        let text = self.text(next);
        let ruled = text.starts_with("-----") || (text.len() >= 5 && text.bytes().all(|byte| byte == b'_'));
        let attributed = (next..next + ATTRIBUTION_LINES)
            .scan(String::new(), |joined, at| {
                joined.push_str(self.text(at));
                joined.push(' ');
                Some(joined.clone())
            })
            .any(|joined| attribution::of(&joined).is_some());
        self.depth(next) != depth
            || ruled
            || text == "--"
            || added::is_sent_from(text)
            || attribution::announces_message(text)
            || attributed
            || attribution::small_header((next..self.lines.len()).map(|at| self.text(at))).is_some()
    }

    /// What a program put into the author's words; returns where they go on.
    fn added_by_program(&mut self, at: usize) -> Option<usize> {
        let text = self.text(at);
        let until = |end: &dyn Fn(&str) -> bool, most: usize| {
            (at + 1..self.lines.len()).take(most).find(|&at| end(self.text(at)))
        };
        if text == "-----BEGIN PGP SIGNED MESSAGE-----" {
            return until(&str::is_empty, 5).or(Some(at + 1));
        }
        if text == "-----BEGIN PGP SIGNATURE-----" {
            let end = until(&|text| text.starts_with("-----END PGP"), 100);
            return Some(end.map_or(self.lines.len(), |end| end + 1));
        }
        // Pipermail's place of a part that it does not show.
        if text.starts_with("-----") && text.trim_matches('-').trim() == "next part" {
            if !self.text(at + 1).contains("scrubbed") {
                return Some(at + 1);
            }
            let end = until(&str::is_empty, 12).unwrap_or(self.lines.len());
            let says = |label: &str| (at + 1..end).find_map(|at| self.text(at).strip_prefix(label));
            let name =
                says("Name: ").filter(|_| !says("Type: ").is_some_and(added::is_seal)).map(str::to_owned);
            self.attached(name.as_slice());
            return Some(end);
        }
        (added::is_sent_from(text) && self.ends_after(at)).then_some(at + 1)
    }

    /// Whether a patch begins here.
    fn is_patch(&self, at: usize) -> bool {
        let text = self.text(at);
        text.starts_with("diff --git ")
            || (text.starts_with("--- ") && self.text(at + 1).starts_with("+++ "))
            || (text.starts_with("Index: ") && self.text(at + 1).starts_with("====="))
    }

    fn end_code(&mut self) {
        if self.code {
            self.builder.end_code();
            self.code = false;
        }
    }

    fn emit(&mut self, depth: usize, text: &str) {
        let depth = (depth + self.whole).min(DEEPEST);
        if depth > self.whole {
            self.end_code();
        }
        if self.code {
            self.builder.text(text);
            self.builder.line_break();
            return;
        }
        if text.trim().is_empty() {
            return;
        }
        let fresh = std::mem::take(&mut self.next);
        let newest = fresh.iter().map(|(at, _)| *at).filter(|at| *at <= depth).min();
        if let Some(at) = newest {
            self.close_to(at.saturating_sub(1));
        }
        self.close_to(depth);
        while self.open < depth {
            self.open += 1;
            let quoted = fresh.iter().rfind(|(at, _)| *at == self.open);
            let quoted = quoted.map(|(_, quoted)| quoted.clone()).unwrap_or_default();
            self.builder.begin_quote(quoted.author, quoted.id);
        }
        self.builder.text(text);
        self.builder.line_break();
    }

    fn close_to(&mut self, depth: usize) {
        while self.open > depth {
            self.builder.end_quote();
            self.open -= 1;
        }
    }

    /// Names what is attached; that is not the author's prose.
    fn attached(&mut self, names: &[String]) {
        self.end_code();
        self.close_to(0);
        for name in names {
            self.builder.begin_code();
            self.builder.text(&format!("[attachment: {name}]"));
            self.builder.end_code();
        }
    }
}

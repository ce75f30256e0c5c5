//! The words of a post as plain text, with quotations and code kept apart from the author's own prose.
//!
//! The text is the one that every span refers to: paragraphs end in a newline, links stand as their text,
//! code is verbatim, and each line of a quotation begins with `> ` (once for each level).

use super::{PostId, Span};

/// A post's plain text and what its parts are.
#[derive(Debug, Clone, Default)]
pub struct Body {
    text: String,
    blocks: Vec<Block>,
    links: Vec<Link>,
}

/// A run of whole lines of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where it stands in the text; quotation marks (`> `) are inside it, its last newline is not.
    pub span: Span,
    /// Whose words these are.
    pub kind: BlockKind,
}

/// What a block holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    /// The author's own words.
    Prose,
    /// Somebody else's words, never the quoter's claim.
    Quote(Quote),
    /// Program text, logs, tables of figures.
    Code,
}

/// Where a quotation comes from, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quote {
    /// 1 for a quotation, 2 for one inside it, and so on.
    pub depth: u8,
    /// The quoted author as the markup names them.
    pub author: Option<String>,
    /// The quoted post's native id, when the markup links it.
    pub native_id: Option<String>,
    /// The quoted post, once it is found in this thread.
    pub of: Option<PostId>,
}

/// A link in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The words that carry it.
    pub span: Span,
    /// Where it leads, as the page wrote it; not checked, never to be followed blindly.
    pub target: String,
}

impl Body {
    /// A builder for page and Markdown readers.
    pub fn builder() -> BodyBuilder {
        BodyBuilder::default()
    }

    /// Plain text in which lines that begin with `>` are quotations.
    pub fn from_plain(text: &str) -> Self {
        let mut builder = BodyBuilder::default();
        for line in text.lines() {
            builder.text(line);
            builder.line_break();
        }
        builder.finish()
    }

    /// The same with a link on a line of its own at the end, as posts that share an address have it;
    /// unchanged when the text holds that address already.
    #[must_use]
    pub fn sharing(self, address: &str) -> Self {
        let mut line = BodyBuilder::default();
        line.begin_link(address);
        line.text(address);
        let line = line.finish();
        if line.text.is_empty() || self.text.contains(&line.text) {
            return self;
        }
        let mut out = Layout { body: self, links: Vec::new().into_iter().peekable() };
        out.line(&line.text, 0, None, false);
        let text = &out.body.text;
        let link = Span::of(text, text.len() - line.text.len(), text.len());
        out.body.links.extend(link.map(|span| Link { span, target: address.to_owned() }));
        out.body
    }

    /// The plain text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The blocks in order; together they cover every line of the text.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The links in order.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The spans of the author's own prose.
    pub fn prose(&self) -> impl Iterator<Item = Span> + '_ {
        self.blocks.iter().filter(|block| block.kind == BlockKind::Prose).map(|block| block.span)
    }

    /// The quotations, with their position among the blocks and their words without `> ` marks.
    pub fn quotes(&self) -> impl Iterator<Item = (usize, &Quote, String)> + '_ {
        self.blocks.iter().enumerate().filter_map(|(index, block)| match &block.kind {
            BlockKind::Quote(quote) => Some((index, quote, unquoted(block.span.slice(&self.text)))),
            BlockKind::Prose | BlockKind::Code => None,
        })
    }

    /// Whether there is prose of the author's own, be it one word.
    pub fn has_own_words(&self) -> bool {
        self.prose().any(|span| span.slice(&self.text).chars().any(char::is_alphanumeric))
    }

    pub(super) fn resolve_quote(&mut self, block: usize, of: PostId) {
        if let Some(Block { kind: BlockKind::Quote(quote), .. }) = self.blocks.get_mut(block) {
            quote.of = Some(of);
        }
    }

    pub(super) fn resolve_quotes(&mut self, find: impl Fn(&Quote) -> Option<PostId>) {
        for block in &mut self.blocks {
            if let BlockKind::Quote(quote) = &mut block.kind
                && quote.of.is_none()
            {
                quote.of = find(quote);
            }
        }
    }
}

/// The words of a quotation without the marks at the start of each line.
fn unquoted(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for line in text.lines() {
        if !words.is_empty() {
            words.push('\n');
        }
        words.push_str(line.trim_start_matches(['>', ' ']));
    }
    words
}

/// Builds a [`Body`] from a stream of text and structure; every HTML and Markdown reader ends here.
///
/// White space is folded outside code, blank lines are dropped, and prose lines that begin with `>`
/// become quotations, since that is how Hacker News and plain text quote.
#[derive(Debug, Default)]
pub struct BodyBuilder {
    raw: String,
    lines: Vec<Line>,
    line_start: usize,
    pending_space: bool,
    frames: Vec<Frame>,
    open: Vec<u32>,
    links: Vec<RawLink>,
    open_link: Option<(usize, String)>,
}

#[derive(Debug)]
struct Line {
    start: usize,
    end: usize,
    /// 0 is prose; otherwise one more than the index into `frames`.
    frame: u32,
}

#[derive(Debug)]
struct RawLink {
    start: usize,
    end: usize,
    target: String,
}

#[derive(Debug, Clone)]
enum Frame {
    Quote(Quote),
    Code,
}

impl BodyBuilder {
    /// Adds running text; white space is folded, unless code is open.
    pub fn text(&mut self, text: &str) {
        if self.in_code() {
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    self.end_line();
                }
                self.raw.push_str(line.trim_end_matches('\r'));
            }
            return;
        }
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let plain = plain_words(rest.as_bytes());
            let (now, later) = rest.split_at(if plain > 0 { plain } else { c.len_utf8() });
            rest = later;
            if plain == 0 && is_fold(c) {
                self.pending_space = true;
                continue;
            }
            if self.pending_space && self.raw.len() > self.line_start {
                self.raw.push(' ');
            }
            self.pending_space = false;
            if plain > 0 || !is_unwanted(c) {
                self.raw.push_str(now);
            }
        }
    }

    /// Ends the line: a line break or the end of a paragraph, list item or cell.
    pub fn line_break(&mut self) {
        if self.in_code() || self.raw.len() > self.line_start {
            self.end_line();
        }
        self.pending_space = false;
    }

    /// Opens a quotation; the depth is counted here.
    pub fn begin_quote(&mut self, author: Option<String>, native_id: Option<String>) {
        self.break_before_frame();
        let outer = self.open.iter().filter(|&&frame| matches!(self.frames[frame as usize], Frame::Quote(_)));
        let depth = u8::try_from(outer.count() + 1).unwrap_or(u8::MAX);
        self.open_frame(Frame::Quote(Quote { depth, author, native_id, of: None }));
    }

    /// Closes the innermost quotation; without an open one nothing happens.
    pub fn end_quote(&mut self) {
        self.close_frame(|frame| matches!(frame, Frame::Quote(_)));
    }

    /// Opens a block of code, in which white space counts.
    pub fn begin_code(&mut self) {
        self.break_before_frame();
        self.open_frame(Frame::Code);
    }

    /// Closes the block of code.
    pub fn end_code(&mut self) {
        self.close_frame(|frame| matches!(frame, Frame::Code));
    }

    /// Opens a link; links do not nest, a second one ends the first.
    pub fn begin_link(&mut self, target: impl Into<String>) {
        self.end_link();
        let here = self.raw.len() + usize::from(self.pending_space && self.raw.len() > self.line_start);
        self.open_link = Some((here, target.into()));
    }

    /// Closes the link.
    pub fn end_link(&mut self) {
        if let Some((start, target)) = self.open_link.take()
            && start < self.raw.len()
        {
            self.links.push(RawLink { start, end: self.raw.len(), target });
        }
    }

    /// The body: blank lines dropped, quotation marks set, spans computed.
    pub fn finish(mut self) -> Body {
        self.end_link();
        self.open.clear();
        if self.raw.len() > self.line_start {
            self.end_line();
        }
        let mut out = Layout { body: Body::default(), links: self.links.into_iter().peekable() };
        out.body.text.reserve(self.raw.len());
        let mut last = None;
        for line in &self.lines {
            let words = &self.raw[line.start..line.end];
            let frame = line.frame.checked_sub(1).map(|index| &self.frames[index as usize]);
            out.line(words, line.start, frame, last != Some(line.frame));
            if !words.trim().is_empty() {
                last = Some(line.frame);
            }
        }
        out.finish()
    }

    fn in_code(&self) -> bool {
        self.open.last().is_some_and(|&frame| matches!(self.frames[frame as usize], Frame::Code))
    }

    fn end_line(&mut self) {
        let frame = self.open.last().map_or(0, |&frame| frame + 1);
        self.lines.push(Line { start: self.line_start, end: self.raw.len(), frame });
        self.line_start = self.raw.len();
    }

    fn break_before_frame(&mut self) {
        if self.raw.len() > self.line_start {
            self.end_line();
        }
        self.pending_space = false;
    }

    fn open_frame(&mut self, frame: Frame) {
        self.open.push(self.frames.len() as u32);
        self.frames.push(frame);
    }

    fn close_frame(&mut self, wanted: fn(&Frame) -> bool) {
        if let Some(at) = self.open.iter().rposition(|&frame| wanted(&self.frames[frame as usize])) {
            self.break_before_frame();
            self.open.truncate(at);
        }
    }
}

/// Lays lines out as the final text and keeps blocks and links in step with it.
struct Layout {
    body: Body,
    links: std::iter::Peekable<std::vec::IntoIter<RawLink>>,
}

impl Layout {
    fn line(&mut self, words: &str, raw_start: usize, frame: Option<&Frame>, fresh: bool) {
        let code = matches!(frame, Some(Frame::Code));
        let shown = if code { words.trim_end() } else { words.trim() };
        let inside_code = code && !fresh;
        if shown.is_empty() && !inside_code {
            return;
        }
        let skipped = words.len() - words.trim_start().len();
        let raw_start = if code { raw_start } else { raw_start + skipped };
        let (marks, shown, raw_start, kind) = match frame {
            Some(Frame::Code) => (0, shown, raw_start, BlockKind::Code),
            Some(Frame::Quote(quote)) => (quote.depth, shown, raw_start, BlockKind::Quote(quote.clone())),
            None => match quoted_line(shown) {
                Some((depth, words)) => {
                    let quote = Quote { depth, ..Quote::default() };
                    (depth, words, raw_start + (shown.len() - words.len()), BlockKind::Quote(quote))
                }
                None => (0, shown, raw_start, BlockKind::Prose),
            },
        };
        if !self.body.text.is_empty() {
            self.body.text.push('\n');
        }
        let start = self.body.text.len();
        for _ in 0..marks.min(16) {
            self.body.text.push_str("> ");
        }
        let words_at = self.body.text.len();
        self.body.text.push_str(shown);
        self.place_links(raw_start, words_at, shown.len());
        self.extend_blocks(start, kind, fresh);
    }

    /// Moves the links of one raw line to where its words now stand.
    fn place_links(&mut self, raw_start: usize, words_at: usize, len: usize) {
        while let Some(link) = self.links.next_if(|link| link.start < raw_start + len) {
            let start = link.start.saturating_sub(raw_start);
            let end = link.end.saturating_sub(raw_start).min(len);
            if let Some(span) = Span::of(&self.body.text, words_at + start.min(end), words_at + end)
                && !span.is_empty()
            {
                self.body.links.push(Link { span, target: link.target });
            }
        }
    }

    fn extend_blocks(&mut self, start: usize, kind: BlockKind, fresh: bool) {
        let end = self.body.text.len();
        let Some(span) = Span::of(&self.body.text, start, end) else { return };
        if let Some(last) = self.body.blocks.last_mut()
            && last.kind == kind
            && (!fresh || kind == BlockKind::Prose)
            && let Some(longer) = Span::of(&self.body.text, last.span.start(), end)
        {
            last.span = longer;
            return;
        }
        self.body.blocks.push(Block { span, kind });
    }

    fn finish(mut self) -> Body {
        // Code may end in blank lines; the text must not.
        let kept = self.body.text.trim_end().len();
        self.body.text.truncate(kept);
        for block in &mut self.body.blocks {
            if block.span.end() > kept {
                let start = block.span.start().min(kept);
                block.span = Span::of(&self.body.text, start, kept).unwrap_or(Span::whole(""));
            }
        }
        self.body.blocks.retain(|block| !block.span.is_empty());
        self.body
    }
}

/// How many of the first bytes are ASCII words with one space between them, which stand as they are.
fn plain_words(bytes: &[u8]) -> usize {
    let mut end = 0;
    while let Some(byte) = bytes.get(end) {
        let next = || bytes.get(end + 1).is_some_and(u8::is_ascii_graphic);
        let kept = byte.is_ascii_graphic() || (*byte == b' ' && end > 0 && next());
        if !kept {
            break;
        }
        end += 1;
    }
    end
}

/// White space that folds to one space outside code.
fn is_fold(c: char) -> bool {
    c.is_whitespace()
}

/// Characters that no post needs and that upset terminals and layouts: controls and zero-width marks
/// other than the joiners that emoji and several scripts are written with.
fn is_unwanted(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The depth and words of a line quoted with `>`; `None` for prose such as `>_<`, `>:(`, `>= 3` or `->`.
fn quoted_line(line: &str) -> Option<(u8, &str)> {
    let mut depth = 0u8;
    let mut rest = line;
    while let Some(after) = rest.strip_prefix('>') {
        depth = depth.saturating_add(1);
        rest = after.trim_start_matches(' ');
    }
    let spaced = line.trim_start_matches('>').starts_with(' ');
    let next = rest.chars().next()?;
    let words = spaced || next.is_alphanumeric() || matches!(next, '"' | '“' | '\'' | '(' | '[' | '*');
    (depth > 0 && words).then_some((depth, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_begin_with_an_angle_are_quotations() {
        let body = Body::from_plain(">he said so\nAnd I say no.\n\n>_< is a face");
        assert_eq!(body.text(), "> he said so\nAnd I say no.\n>_< is a face");
        assert_eq!(body.blocks().len(), 2);
        assert_eq!(body.quotes().next().map(|(_, _, words)| words).as_deref(), Some("he said so"));
    }

    #[test]
    fn nested_quotations_carry_their_depth() {
        let mut builder = Body::builder();
        builder.begin_quote(Some("ann".into()), None);
        builder.begin_quote(Some("bob".into()), None);
        builder.text("inner");
        builder.end_quote();
        builder.text("outer");
        builder.end_quote();
        builder.text("own");
        let body = builder.finish();
        assert_eq!(body.text(), "> > inner\n> outer\nown");
        assert_eq!(body.prose().map(|span| span.slice(body.text())).collect::<Vec<_>>(), ["own"]);
    }

    #[test]
    fn links_point_at_their_words() {
        let mut builder = Body::builder();
        builder.text("see   ");
        builder.begin_link("https://a.example/");
        builder.text("the page");
        builder.end_link();
        builder.text(" and go");
        let body = builder.finish();
        assert_eq!(body.text(), "see the page and go");
        assert_eq!(body.links()[0].span.slice(body.text()), "the page");
    }

    #[test]
    fn a_shared_address_is_a_link_on_the_last_line() {
        let body = Body::from_plain("> he\nYes.").sharing("https://a.example/");
        assert_eq!(body.text(), "> he\nYes.\nhttps://a.example/");
        assert_eq!(body.links()[0].span.slice(body.text()), "https://a.example/");
        assert_eq!(body.prose().count(), 1);
        assert_eq!(body.clone().sharing("https://a.example/").text(), body.text());
        assert_eq!(Body::default().sharing("").text(), "");
        assert_eq!(Body::default().sharing("https://b.example/").text(), "https://b.example/");
    }

    #[test]
    fn code_keeps_its_white_space() {
        let mut builder = Body::builder();
        builder.text("try");
        builder.begin_code();
        builder.text("if x:\n\n    y()\n\n");
        builder.end_code();
        builder.text("then");
        assert_eq!(builder.finish().text(), "try\nif x:\n\n    y()\n\nthen");
    }
}

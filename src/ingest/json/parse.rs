//! The parser: one pass over the bytes, with a list of what is open in place of recursion.

use memchr::memchr2;

use super::{Fault, Json, Kind, MAX_NODES, Node, Syntax};

/// Reads one value, and in strict syntax makes sure that nothing follows it.
pub(super) fn parse(text: &str, syntax: Syntax) -> Result<Json<'_>, Fault> {
    if u32::try_from(text.len()).is_err() {
        return Err(Fault { at: 0, reason: "the text is larger than 4 GiB" });
    }
    let nodes = Vec::with_capacity((text.len() / 24).min(MAX_NODES));
    let json = Json { text, decoded: String::new(), nodes };
    Parser { json, bytes: text.as_bytes(), at: 0, open: Vec::new(), syntax }.run()
}

/// What may stand next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
}

struct Parser<'t> {
    json: Json<'t>,
    bytes: &'t [u8],
    at: usize,
    /// The arrays and objects that are not closed yet, as indices of their nodes.
    open: Vec<u32>,
    syntax: Syntax,
}

impl<'t> Parser<'t> {
    fn run(mut self) -> Result<Json<'t>, Fault> {
        if self.bytes.starts_with("\u{FEFF}".as_bytes()) {
            self.at = 3;
        }
        let mut next = Next::Value;
        loop {
            self.skip_space();
            let byte = self.bytes.get(self.at).copied();
            next = match (next, byte) {
                (_, None) => return Err(self.fault("the text ends too early")),
                (Next::ValueOrEnd, Some(b']')) => self.close()?,
                (Next::Value | Next::ValueOrEnd, Some(byte)) => self.value(byte)?,
                (Next::KeyOrEnd, Some(b'}')) => self.close()?,
                (Next::Key | Next::KeyOrEnd, Some(b'"')) => self.key()?,
                (Next::Key | Next::KeyOrEnd, _) => return Err(self.fault("expected a key in quotes")),
                (Next::CommaOrEnd, Some(b',')) => {
                    self.at += 1;
                    if self.innermost() == Some(Kind::Object) { Next::Key } else { Next::Value }
                }
                (Next::CommaOrEnd, Some(b']' | b'}')) => self.close()?,
                (Next::CommaOrEnd, _) => return Err(self.fault("expected a comma or the end of the list")),
            };
            if self.open.is_empty() {
                return self.end();
            }
        }
    }

    fn end(mut self) -> Result<Json<'t>, Fault> {
        if self.syntax == Syntax::Strict {
            self.skip_space();
            if self.at < self.bytes.len() {
                return Err(self.fault("more text after the value"));
            }
        }
        Ok(self.json)
    }

    fn value(&mut self, byte: u8) -> Result<Next, Fault> {
        match byte {
            b'{' => return self.open(Kind::Object, Next::KeyOrEnd),
            b'[' => return self.open(Kind::Array, Next::ValueOrEnd),
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => self.word()?,
        }
        Ok(Next::CommaOrEnd)
    }

    fn open(&mut self, kind: Kind, next: Next) -> Result<Next, Fault> {
        self.open.push(self.json.nodes.len() as u32);
        self.push(kind, self.at, self.at)?;
        self.at += 1;
        Ok(next)
    }

    fn close(&mut self) -> Result<Next, Fault> {
        let wanted = if self.bytes.get(self.at) == Some(&b'}') { Kind::Object } else { Kind::Array };
        if self.innermost() != Some(wanted) {
            return Err(self.fault("the wrong bracket closes the list"));
        }
        let end = self.json.nodes.len() as u32;
        if let Some(node) = self.open.pop().and_then(|at| self.json.nodes.get_mut(at as usize)) {
            node.end = end;
        }
        self.at += 1;
        Ok(Next::CommaOrEnd)
    }

    fn key(&mut self) -> Result<Next, Fault> {
        self.string()?;
        self.skip_space();
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.fault("expected a colon after the key"));
        }
        self.at += 1;
        Ok(Next::Value)
    }

    /// A string from its opening quote. Control characters are let through: pages hold them.
    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at + 1;
        let mut from = start;
        let decoded_start = self.json.decoded.len();
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(from..).unwrap_or_default();
            let Some(found) = memchr2(b'"', b'\\', rest) else {
                return Err(self.fault("a string without end"));
            };
            let stop = from + found;
            // Quotes and backslashes are ASCII, so these cuts lie on character boundaries.
            let piece = self.json.text.get(from..stop).unwrap_or_default();
            if self.bytes.get(stop) == Some(&b'"') {
                self.at = stop + 1;
                if !escaped {
                    return self.push(Kind::Plain, start, stop);
                }
                self.json.decoded.push_str(piece);
                return self.push(Kind::Decoded, decoded_start, self.json.decoded.len());
            }
            escaped = true;
            self.json.decoded.push_str(piece);
            self.at = stop + 1;
            self.escape()?;
            from = self.at;
        }
    }

    /// What stands after a backslash. Half a surrogate pair becomes the replacement character.
    fn escape(&mut self) -> Result<(), Fault> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        let decoded = match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => self.unicode_escape()?,
            _ => return Err(Fault { at: self.at - 1, reason: "an unknown escape in a string" }),
        };
        self.json.decoded.push(decoded);
        Ok(())
    }

    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let high = self.hex()?;
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        if (0xD800..0xDC00).contains(&high) && self.bytes.get(self.at..self.at + 2) == Some(b"\\u") {
            let before = self.at;
            self.at += 2;
            let low = self.hex()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let value =
            digits.iter().try_fold(0u32, |sum, &byte| Some(sum * 16 + char::from(byte).to_digit(16)?));
        match value {
            Some(value) if digits.len() == 4 => {
                self.at += 4;
                Ok(value)
            }
            _ => Err(self.fault("expected four hexadecimal digits")),
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += usize::from(self.bytes.get(self.at) == Some(&b'-'));
        if self.syntax == Syntax::Script && self.bytes.get(self.at) == Some(&b'I') {
            return self.word();
        }
        let leading_zero = self.bytes.get(self.at) == Some(&b'0');
        let whole = self.skip_digits();
        let mut fits = whole > 0 && (whole == 1 || !leading_zero);
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            fits &= self.skip_digits() > 0;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            fits &= self.skip_digits() > 0;
        }
        if !fits {
            return Err(Fault { at: start, reason: "a number that is not written as JSON writes numbers" });
        }
        self.push(Kind::Number, start, self.at)
    }

    fn skip_digits(&mut self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        digits
    }

    fn word(&mut self) -> Result<(), Fault> {
        let script = self.syntax == Syntax::Script;
        let words = [
            ("null", Kind::Null, true),
            ("true", Kind::True, true),
            ("false", Kind::False, true),
            ("undefined", Kind::Null, script),
            ("NaN", Kind::Null, script),
            ("Infinity", Kind::Null, script),
        ];
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        for (word, kind, known) in words {
            if known && rest.starts_with(word.as_bytes()) {
                self.push(kind, self.at, self.at)?;
                self.at += word.len();
                return Ok(());
            }
        }
        Err(self.fault("expected a value"))
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) -> Result<(), Fault> {
        if self.json.nodes.len() >= MAX_NODES {
            return Err(self.fault("more values than any thread has"));
        }
        // Both fit: the text was checked to be under 4 GiB, and decoding never lengthens it.
        self.json.nodes.push(Node { kind, start: start as u32, end: end as u32 });
        Ok(())
    }

    fn innermost(&self) -> Option<Kind> {
        self.open.last().and_then(|&at| self.json.nodes.get(at as usize)).map(|node| node.kind)
    }

    fn skip_space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn fault(&self, reason: &'static str) -> Fault {
        Fault { at: self.at, reason }
    }
}

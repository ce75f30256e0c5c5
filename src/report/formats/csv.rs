//! The review queue as CSV (RFC 4180), safe to open in a spreadsheet.

use super::address::misleads;
use crate::report::{FlagView, Report};

/// The flags, one a row, under a heading.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe in front (CWE-1236).
pub fn review(report: &Report) -> String {
    let mut out = String::from("kind,confidence,post,native_id,author,permalink,words,why\r\n");
    for flag in &report.flags {
        let cells = cells(flag);
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            push(&mut out, cell);
        }
        out.push_str("\r\n");
    }
    out
}

fn cells(flag: &FlagView) -> [String; 8] {
    [
        super::text::flag_word(flag.kind),
        format!("{:.2}", flag.confidence.value()),
        flag.post.to_string(),
        flag.native_id.clone(),
        flag.author.clone().unwrap_or_default(),
        flag.permalink.clone().unwrap_or_default(),
        flag.text.clone(),
        flag.why.clone(),
    ]
}

fn push(out: &mut String, cell: &str) {
    // What could move a terminal's cursor or turn the text around has no place in a cell.
    let unarmed = |c: &char| !misleads(*c) && (!c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    let cell: String = cell.chars().filter(unarmed).collect();
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = formula || cell.contains([',', '"', '\n', '\r', ';', '\t']);
    if !quoted {
        out.push_str(&cell);
        return;
    }
    out.push('"');
    if formula {
        out.push('\'');
    }
    for c in cell.chars() {
        match c {
            '"' => out.push_str("\"\""),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_quotes_are_doubled() {
        let mut out = String::new();
        for cell in ["=1+1", "@x", "plain", "a,\"b\"", "-2"] {
            push(&mut out, cell);
            out.push('|');
        }
        assert_eq!(out, "\"'=1+1\"|\"'@x\"|plain|\"a,\"\"b\"\"\"|\"'-2\"|");
    }
}

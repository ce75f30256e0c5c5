//! Words in lines of a given width, for a drawing that cannot measure its letters.
//!
//! Widths are estimates for a common sans serif at 13 px; they err on the wide side, so that text stays in
//! its box.

/// The size of the letters in pixels.
const SIZE: f64 = 13.0;

/// At most `most` lines that are no wider than `width`; an ellipsis ends what was cut.
pub(super) fn wrap(text: &str, width: f64, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    let mut rest = text.split_whitespace();
    let mut cut = false;
    'words: for word in rest.by_ref() {
        let wide = length(word);
        if used > 0.0 && used + letter(' ') + wide > width {
            if lines.len() == most {
                cut = true;
                break;
            }
            lines.push(String::new());
            used = 0.0;
        }
        if used > 0.0 {
            push(&mut lines, ' ', &mut used);
        }
        for c in word.chars() {
            if used > 0.0 && used + letter(c) > width {
                if lines.len() == most {
                    cut = true;
                    break 'words;
                }
                lines.push(String::new());
                used = 0.0;
            }
            push(&mut lines, c, &mut used);
        }
    }
    if (cut || rest.next().is_some())
        && let Some(last) = lines.last_mut()
    {
        while length(last) + letter('…') > width {
            last.pop();
        }
        let kept = last.trim_end().len();
        last.truncate(kept);
        last.push('…');
    }
    lines
}

/// One line of what fits before `after`.
pub(super) fn fit(text: &str, width: f64, after: &str) -> String {
    wrap(text, width - length(after), 1).pop().unwrap_or_default()
}

fn push(lines: &mut [String], c: char, used: &mut f64) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
        *used += letter(c);
    }
}

fn length(text: &str) -> f64 {
    text.chars().map(letter).sum()
}

fn letter(c: char) -> f64 {
    let share = match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | '’' => 0.31,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '"' | '“' | '”' => 0.41,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 0.93,
        'A'..='Z' => 0.7,
        c if c.is_ascii() => 0.59,
        c if (c as u32) < 0x2000 => 0.62,
        _ => 1.05,
    };
    share * SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_with_an_ellipsis_and_keeps_to_its_lines() {
        let lines = wrap(&"every word counts ".repeat(20), 190.0, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines[2].ends_with('…'));
        assert!(lines.iter().all(|line| length(line) <= 190.0));
    }

    #[test]
    fn a_word_wider_than_the_box_is_broken() {
        let lines = wrap(&"a".repeat(500), 190.0, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| length(line) <= 190.0));
    }

    #[test]
    fn a_long_name_leaves_room_for_what_stands_after_it() {
        let name = fit("Wolfeschlegelsteinhausenbergerdorff", 172.0, " #12");
        assert!(name.ends_with('…') && length(&name) + length(" #12") <= 172.0, "{name}");
        assert_eq!(fit("Ann Lee", 172.0, " #12"), "Ann Lee");
    }

    #[test]
    fn short_text_stays_whole() {
        assert_eq!(wrap("It is  cheap.", 190.0, 3), ["It is cheap."]);
    }
}

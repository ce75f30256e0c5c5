//! What a subject is about, and whether it says that it answers.

/// Words before a colon by which mail programs in many languages mark answers and forwarded mail.
const MARKS: &[&str] = &[
    "re", "aw", "antw", "antwort", "sv", "vs", "ref", "res", "rif", "r", "odp", "ynt", "vá", "atb", "回复",
    "答复", "回覆", "fwd", "fw", "wg", "tr", "rv", "vb", "doorst", "enc", "转发",
];

/// The subject without marks of answering, and whether there was one.
pub(super) fn without_marks(subject: &str) -> (&str, bool) {
    let mut rest = subject.trim();
    let mut marked = false;
    // The list's own tag may stand before the mark, between two marks, or after them.
    loop {
        let untagged = match tag(rest) {
            Some(after) if mark(after).is_some() => after,
            _ => rest,
        };
        match mark(untagged) {
            Some(after) => {
                rest = after;
                marked = true;
            }
            None => return (rest, marked),
        }
    }
}

/// What two subjects of one conversation have in common, and whether this one says that it answers.
pub(super) fn common(subject: &str) -> (String, bool) {
    let (mut rest, marked) = without_marks(subject);
    while let Some(after) = tag(rest).filter(|after| !after.is_empty()) {
        rest = after;
    }
    let words: Vec<String> = rest.split_whitespace().map(str::to_lowercase).collect();
    (words.join(" "), marked)
}

/// What follows a mark of answering.
fn mark(text: &str) -> Option<&str> {
    let (head, after) = text.split_once([':', '：'])?;
    let head = head.trim_end();
    // "Re[2]:" and "Re(3):" count.
    let word = head.split(['[', '(', '^']).next().unwrap_or(head).trim();
    let counted = head.strip_prefix(word)?.trim().chars().all(|c| c.is_ascii_digit() || "[](^)".contains(c));
    (counted && word.len() <= 12 && MARKS.contains(&word.to_lowercase().as_str())).then(|| after.trim_start())
}

/// What follows a tag in brackets.
fn tag(text: &str) -> Option<&str> {
    let (_, after) = text.strip_prefix('[')?.split_once(']')?;
    Some(after.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_tags_of_many_programs_are_taken_off() {
        for (subject, about, answers) in [
            ("Re: Tea", "Tea", true),
            ("[list] Re: AW: Re[2]: Tea", "Tea", true),
            ("Tea: or coffee", "Tea: or coffee", false),
            ("Antw: [list] Tea", "[list] Tea", true),
            ("Re:", "", true),
            ("回复：Tea", "Tea", true),
            ("Research: Tea", "Research: Tea", false),
        ] {
            assert_eq!(without_marks(subject), (about, answers), "{subject}");
        }
        assert_eq!(common("Re: [list]  Green TEA"), ("green tea".to_owned(), true));
    }
}

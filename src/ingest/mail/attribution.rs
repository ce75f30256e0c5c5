//! The lines by which mail programs say whose words follow.

use crate::words;

/// Who is quoted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Quoted {
    pub author: Option<String>,
    /// The Message-ID, when the line names it.
    pub id: Option<String>,
}

/// Verbs before or behind the name, in lower case.
const WROTE: &[&str] = &[
    "wrote",
    "writes",
    "said",
    "says",
    "schrieb",
    "schrieben",
    "schreibt",
    "a écrit",
    "a ecrit",
    "écrit",
    "écrivait",
    "escribió",
    "escribio",
    "escreveu",
    "ha scritto",
    "scrisse",
    "skrev",
    "schreef",
    "napisał",
    "napisała",
    "napisał(a)",
    "napsal",
    "napsal(a)",
    "kirjoitti",
    "пишет",
    "писал",
    "написал",
    "написала",
    "написал(а)",
    "írta",
    "yazdı",
    "a scris",
    "va escriure",
    "写道",
    "のメール",
];

/// Words that open such a line when it begins with the time.
const OPENS: &[&str] = &[
    "on ", "am ", "le ", "el ", "il ", "em ", "op ", "den ", "dne ", "dnia ", "w dniu ", "at ", "in ",
    "quoting ", "в ", "at: ", "mon, ", "tue, ", "wed, ", "thu, ", "fri, ", "sat, ", "sun, ", "* ", "a ",
    "da: ", "on: ",
];

/// Lines that say that a whole message follows, as they stand between dashes.
const WHOLE: &[&str] = &[
    "original message",
    "original mail",
    "originalnachricht",
    "original-nachricht",
    "ursprüngliche nachricht",
    "message d'origine",
    "message original",
    "message d’origine",
    "mensaje original",
    "mensagem original",
    "messaggio originale",
    "oorspronkelijk bericht",
    "ursprungligt meddelande",
    "oprindelig meddelelse",
    "forwarded message",
    "forwarded by",
    "weitergeleitete nachricht",
    "message transféré",
    "mensaje reenviado",
    "messaggio inoltrato",
    "исходное сообщение",
    "пересылаемое сообщение",
    "wiadomość oryginalna",
    "reply message",
    "原始邮件",
];

/// Labels of the small header above a whole message.
const LABELS: &[&str] = &[
    "from",
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "reply-to",
    "von",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "de",
    "envoyé",
    "envoyé le",
    "à",
    "objet",
    "enviado",
    "enviado el",
    "fecha",
    "para",
    "asunto",
    "da",
    "inviato",
    "a",
    "oggetto",
    "van",
    "verzonden",
    "aan",
    "onderwerp",
    "från",
    "skickat",
    "till",
    "ämne",
    "от",
    "отправлено",
    "дата",
    "кому",
    "тема",
    "importance",
    "organization",
    "newsgroups",
    "message-id",
    "data",
    "assunto",
    "od",
    "do",
    "temat",
    "wysłano",
];

/// Those that stand before the author.
const FROM: &[&str] = &["from", "von", "de", "da", "van", "från", "от", "od"];

/// Who is quoted below this line (or these few lines, joined), if it says that.
pub(super) fn of(line: &str) -> Option<Quoted> {
    let line = line.trim();
    if line.len() > 400 || line.len() < 5 {
        return None;
    }
    let head = line.strip_suffix(':').or_else(|| line.strip_suffix('：'))?.trim_end();
    let lower = head.to_lowercase();
    let (head, id) = without_id(head);
    for verb in WROTE {
        if lower.ends_with(verb) {
            let before = head.get(..head.len().checked_sub(verb.len())?)?;
            if before.ends_with(|c: char| c.is_alphanumeric()) && verb.is_ascii() {
                continue;
            }
            return Some(Quoted { author: name_at_end(before), id });
        }
    }
    // "Am 6.1.2010 schrieb Ann:"
    for verb in ["schrieb", "schrieben", "skrev", "schreef", "wrote", "écrivait", "ha scritto", "пишет"]
    {
        let Some((_, after)) = head.split_once(&format!(" {verb} ")) else { continue };
        let opens = OPENS.iter().any(|open| lower.starts_with(open));
        if opens || after.contains(['@', '<']) || after.starts_with(char::is_uppercase) {
            let after = after.split(['<', '(']).next().unwrap_or(after).trim().trim_matches('"');
            let timed = after.bytes().any(|byte| byte.is_ascii_digit());
            let before = head.split_once(&format!(" {verb} ")).and_then(|(before, _)| name_at_end(before));
            let author = if timed || after.is_empty() { before } else { Some(after.to_owned()) };
            return Some(Quoted { author, id });
        }
    }
    None
}

/// Whether the line may be the first of several that say whose words follow.
pub(super) fn may_begin(line: &str) -> bool {
    let lower = line.trim_start().chars().take(20).flat_map(char::to_lowercase).collect::<String>();
    OPENS.iter().any(|open| lower.starts_with(open)) || line.contains('@') || line.contains('<')
}

/// Whether a program wrote the line, so that a whole message follows even without marks: it opens with a whole
/// date and bears a time of day or an address. "In 1776 Jefferson wrote:" is a sentence.
pub(super) fn is_by_program(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let head = lower.trim_end_matches([':', '：']).trim_end();
    // People introduce what they cite with these; programs write.
    let said = ["said", "says"].iter().any(|verb| head.ends_with(verb));
    let opens =
        OPENS.iter().any(|open| lower.starts_with(open)) || lower.starts_with(|c: char| c.is_ascii_digit());
    let words =
        || head.split(|c: char| c.is_whitespace() || ",;()<>[]\"".contains(c)).filter(|w| !w.is_empty());
    let clocked = words().any(is_clock);
    let addressed = words().any(|word| {
        word.trim_start_matches("mailto:")
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
    });
    opens && !said && has_date(head) && (clocked || addressed)
}

/// A time of day: `9:20`, `16:00:15`, `9.20`, `10h15`, with what may stick to it.
fn is_clock(word: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let hour = digits(word);
    let after = word.get(hour..).unwrap_or_default();
    let minute = after.strip_prefix([':', 'h']).map_or(0, digits);
    (1..=2).contains(&hour) && minute == 2
}

/// Whether the text holds a day, a month and a year, as programs write dates in many languages.
fn has_date(text: &str) -> bool {
    let words = || text.split(|c: char| c.is_whitespace() || ",;()".contains(c)).filter(|w| !w.is_empty());
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    // 2010-01-06, 06.01.2010, 01/06/10, 6-Jan-2010
    let joined = words().any(|word| {
        let parts: Vec<&str> = word
            .trim_end_matches(['.', ':'])
            .split(['-', '.', '/', '年', '月', '日'])
            .filter(|part| !part.is_empty())
            .collect();
        let numbers = parts.iter().filter(|part| is_number(part)).count();
        parts.len() == 3 && numbers >= 2 && parts.iter().all(|part| part.len() <= 4)
    });
    if joined {
        return true;
    }
    let numbers =
        || words().map(|word| word.trim_end_matches(['.', ':', 'º'])).filter(|word| is_number(word));
    let year = numbers().any(|word| word.len() == 4 && (word.starts_with("19") || word.starts_with("20")));
    let day = numbers().any(|word| word.len() <= 2);
    // The month's name, of whatever language: a word beside the day.
    let all: Vec<&str> = words().map(|word| word.trim_end_matches(['.', ':', 'º'])).collect();
    let is_word = |word: &&str| word.chars().count() >= 3 && word.chars().all(char::is_alphabetic);
    let named = all.windows(2).any(|two| match two {
        [a, b] => {
            (is_number(a) && a.len() <= 2 && (is_word(b) || *b == "de"))
                || (is_word(a) && is_number(b) && b.len() <= 2)
        }
        _ => false,
    });
    year && day && named
}

/// Whether the line says that a whole message follows.
pub(super) fn announces_message(line: &str) -> bool {
    let line = line.trim();
    if line.len() > 120 || !(line.starts_with("--") || line.starts_with("==") || line.starts_with("Begin ")) {
        return false;
    }
    let lower = line.to_lowercase();
    lower.starts_with("begin forwarded message") || WHOLE.iter().any(|words| lower.contains(words))
}

/// The small header of a whole message that begins with this line: how many lines it has, and the author.
pub(super) fn small_header<'a>(lines: impl Iterator<Item = &'a str>) -> Option<(usize, Quoted)> {
    let (mut count, mut labels) = (0, 0);
    let mut author = None;
    for line in lines.take(16) {
        let line = line.trim().trim_matches('*');
        if line.is_empty() {
            break;
        }
        let label =
            line.split_once(':').map(|(label, value)| (label.trim().trim_matches('*').to_lowercase(), value));
        match label.filter(|(label, _)| LABELS.contains(&label.as_str())) {
            Some((label, value)) => {
                labels += 1;
                if FROM.contains(&label.as_str()) && author.is_none() {
                    let name =
                        value.trim().trim_matches('*').split(['<', '[']).next().unwrap_or_default().trim();
                    author = Some(name.trim_matches('"').to_owned()).filter(|name| !name.is_empty());
                }
            }
            // The continuation of a long list of recipients.
            None if labels > 0 && (line.contains('@') || line.contains(';')) => {}
            None => break,
        }
        count += 1;
    }
    (labels >= 3 && author.is_some()).then_some((count, Quoted { author, id: None }))
}

/// The line without the Message-ID that it names ("In message <id>, Ann wrote"), and that.
fn without_id(head: &str) -> (String, Option<String>) {
    let lower = head.to_ascii_lowercase();
    for mark in ["message <", "article <", "message-id: <", "message news:", "article news:"] {
        let Some(at) = lower.find(mark) else { continue };
        let start = at + mark.len();
        let Some(rest) = head.get(start..) else { continue };
        let end = rest.find(|c: char| c == '>' || c == ',' || c.is_whitespace()).unwrap_or(rest.len());
        let id = rest.get(..end).unwrap_or_default();
        if id.contains('@') {
            let after = rest.get(end..).unwrap_or_default().trim_start_matches('>');
            let before = head.get(..at).unwrap_or_default();
            return (format!("{before}{after}"), Some(id.to_owned()));
        }
    }
    (head.to_owned(), None)
}

/// The name that ends this text, behind a time: "On Wed, 6 Jan 2010 at 16:00, Ann Lee <ann@b>".
fn name_at_end(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches([',', ':', '(']).trim_end();
    let address = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    let (before, address) = match address {
        Some((before, address)) => (before.trim_end().trim_end_matches(','), Some(address)),
        None => match text.strip_suffix([')', ']']).and_then(|rest| rest.rsplit_once(['(', '['])) {
            Some((before, _)) => (before.trim_end(), None),
            None => (text, None),
        },
    };
    if let Some(name) = before.strip_suffix('"').and_then(|rest| rest.rsplit_once('"')) {
        return Some(name.1.to_owned()).filter(|name| !name.is_empty());
    }
    let mut name: Vec<&str> = Vec::new();
    for word in before.split_whitespace().rev().take(6) {
        let lower = word.to_lowercase();
        let stops = word.bytes().any(|byte| byte.is_ascii_digit())
            || word.ends_with([',', ':', ')', ';'])
            || matches!(
                lower.as_str(),
                "am" | "pm"
                    | "at"
                    | "on"
                    | "um"
                    | "uhr"
                    | "gmt"
                    | "utc"
                    | "quoting"
                    | "cet"
                    | "est"
                    | "pst"
                    | "à"
                    | "*"
                    | "le"
                    | "in"
                    | "as"
            );
        if stops {
            break;
        }
        name.push(word);
    }
    name.reverse();
    let name = name.join(" ");
    let name = name.trim_matches(['"', '\'', '*']);
    let worded = words::each(name).next().is_some();
    match (worded, address) {
        (true, _) => Some(name.to_owned()),
        (false, Some(address)) => Some(address.to_owned()),
        (false, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quoted_author_is_found_in_many_languages() {
        for (line, author) in [
            ("On Wed, Jan 6, 2010 at 9:20 AM, Adam Miller <a@example.org> wrote:", "Adam Miller"),
            ("Ann Lee wrote:", "Ann Lee"),
            ("On 01/06/2010 10:20 AM, Ann Lee wrote:", "Ann Lee"),
            ("Am 06.01.2010 um 16:00 schrieb Ann Lee <ann@example.org>:", "Ann Lee"),
            ("Am Mittwoch, 6. Januar 2010, 16:00:15 CET schrieb Ann Lee:", "Ann Lee"),
            ("Le 6 janv. 2010 à 16:00, Ann Lee <ann@example.org> a écrit :", "Ann Lee"),
            ("El mié, 6 ene 2010 a las 16:00, Ann Lee (<ann@example.org>) escribió:", "Ann Lee"),
            ("2010/1/6 Ann Lee <ann@example.org> writes:", "Ann Lee"),
            ("On Wed, 6 Jan 2010 16:00:15 +0100 \"Lee, Ann\" <ann@example.org> wrote:", "Lee, Ann"),
            ("On Wed, 6 Jan 2010, ann@example.org wrote:", "ann@example.org"),
        ] {
            assert_eq!(of(line).and_then(|quoted| quoted.author).as_deref(), Some(author), "{line}");
        }
        for line in ["I wrote that down", "as follows:", "He underwrote:", "The rules:", ":"] {
            assert_eq!(of(line), None, "{line}");
        }
    }

    #[test]
    fn a_named_message_is_found() {
        let quoted = of("In message <12@example.org>, Ann Lee writes:").unwrap();
        assert_eq!(
            (quoted.id.as_deref(), quoted.author.as_deref()),
            (Some("12@example.org"), Some("Ann Lee"))
        );
    }

    #[test]
    fn only_a_programs_line_introduces_what_bears_no_marks() {
        for line in [
            "On Tue, 5 Jan 2010, Bob Lee <b@x> wrote:",
            "On Jan 5, 2010, at 10:20 AM, Bob Lee wrote:",
            "On 01/05/2010 10:20 AM, Bob Lee wrote:",
            "Am 05.01.2010 um 16:00 schrieb Bob Lee:",
            "Le 5 janv. 2010 à 16:00, Bob Lee a écrit :",
            "El mar, 5 ene 2010 a las 16:00, Bob Lee (<b@x.example>) escribió:",
            "2010/1/5 Bob Lee <b@x.example> wrote:",
        ] {
            assert!(is_by_program(line), "{line}");
        }
        for line in [
            "In section 3 the RFC says:",
            "In 1776 Jefferson wrote:",
            "A 2019 report by the IPCC says:",
            "On page 12 the manual says:",
            "On July 4, 1776 Jefferson wrote:",
            "On 12 June 1987 Reagan said:",
            "In RFC 822 from 1982, page 12, Crocker wrote:",
        ] {
            assert!(!is_by_program(line), "{line}");
        }
    }
}

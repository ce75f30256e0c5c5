//! Kialo: the text export of a discussion, one numbered claim a line.
//!
//! `1.2.3. Con: words` is a claim against 1.2. `-> See 1.4.` puts a claim that stands elsewhere under a
//! second one, so the tree is a graph. The side is no word of the claim's. Who wrote what and when is not in the file.

use std::collections::HashSet;

use url::Url;

use super::{Document, Platform, Reading, Recognition, markdown};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Draft, Parent, Side};

const HEAD: &str = "Discussion Title:";

/// The reader of Kialo's export.
pub(super) struct Kialo;

impl Platform for Kialo {
    fn name(&self) -> &'static str {
        "kialo"
    }

    fn about(&self) -> &'static str {
        "Kialo discussions, exported as text"
    }

    fn example(&self) -> &'static str {
        ""
    }

    fn request(&self, _url: &Url) -> Option<Request> {
        None
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_markup() || document.is_json() {
            return Recognition::No;
        }
        let lines = || document.start().lines().filter(|line| !line.trim().is_empty());
        let headed = lines().next().is_some_and(|line| line.starts_with(HEAD));
        let claims = lines().take(20).filter_map(claim).filter(|(_, side, _)| side.is_some()).count();
        match (headed, claims) {
            (true, 1..) => Recognition::Certain,
            (true, 0) | (false, 3..) => Recognition::Likely,
            _ => Recognition::No,
        }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let mut reading = Reading::default();
        let mut open: Option<Claim> = None;
        // A further topmost claim is told from an entry of a list by the claims below it.
        let below = document.start().lines().filter_map(claim).filter(|(_, side, _)| side.is_some());
        let theses = below.filter_map(|(number, ..)| number.split_once('.')?.0.parse().ok()).collect();
        let mut order = Order { theses, last: Vec::new() };
        for line in document.start().lines() {
            if let Some(title) = line.strip_prefix(HEAD).filter(|_| reading.title.is_none()) {
                reading.title = Some(title.trim().to_owned());
                continue;
            }
            match (claim(line).filter(|(number, side, _)| order.follows(number, side.is_some())), &mut open) {
                (Some((number, side, words)), _) => {
                    let next = Claim { number: number.to_owned(), side, words: words.to_owned() };
                    take(&mut reading.drafts, open.replace(next));
                }
                // A claim may go on over several lines.
                (None, Some(open)) => {
                    open.words.push('\n');
                    open.words.push_str(line);
                }
                (None, None) => {}
            }
        }
        take(&mut reading.drafts, open);
        Ok(reading)
    }
}

/// How far the export's own numbers have come: after 1.2 follow 1.2.1, 1.3 and 2. Other numbers at the beginning
/// of a line are those of a list inside a claim.
struct Order {
    /// The numbers of topmost claims that others stand below.
    theses: HashSet<u32>,
    last: Vec<u32>,
}

impl Order {
    /// Whether this number is the next; if so, the one after it is expected.
    fn follows(&mut self, number: &str, is_sided: bool) -> bool {
        let Some(parts) = number.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()
        else {
            return false;
        };
        let Some((own, above)) = parts.split_last() else { return false };
        // Claims below the topmost say on which side they stand, as lists do not.
        let fits = match (self.last.get(above.len()), self.last.get(..above.len())) {
            _ if self.last.is_empty() => true,
            // A claim may be missing from the export.
            (Some(before), Some(path)) => path == above && (own > before) && (is_sided || *own == before + 1),
            (None, Some(path)) => path == above && (is_sided || *own == 1),
            (_, None) => false,
        };
        let is_claim =
            fits && (is_sided || self.last.is_empty() || !above.is_empty() || self.theses.contains(own));
        if is_claim {
            self.last = parts;
        }
        is_claim
    }
}

/// A claim as far as it was read.
struct Claim {
    number: String,
    side: Option<Side>,
    words: String,
}

/// The number, side and words of a line that begins a claim.
fn claim(line: &str) -> Option<(&str, Option<Side>, &str)> {
    let (number, rest) = line.split_once(". ").or_else(|| Some((line.strip_suffix('.')?, "")))?;
    let counts = number.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    // Depth is bounded, so that numbers cost no more than words.
    if !counts || number.len() > 600 {
        return None;
    }
    let sides = [("Pro:", Side::For), ("Con:", Side::Against)];
    let sided = sides.into_iter().find_map(|(mark, side)| Some((side, rest.strip_prefix(mark)?)));
    Some(sided.map_or((number, None, rest), |(side, words)| (number, Some(side), words)))
}

/// Makes a post of a claim.
fn take(drafts: &mut Vec<Draft>, claim: Option<Claim>) {
    let Some(Claim { number, side, words }) = claim else { return };
    let parent = match number.rsplit_once('.') {
        Some((above, _)) => Parent::Post(above.to_owned()),
        None if drafts.is_empty() => Parent::Opening,
        None => Parent::Root,
    };
    let mut draft = Draft::new(number, parent);
    draft.side = side;
    draft.body = markdown::body(words.trim());
    if let Some((_, at)) = words.split_once("-> See ") {
        draft.also.push(at.trim().trim_end_matches('.').to_owned());
    }
    drafts.push(draft);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    #[test]
    fn the_numbers_of_claims_are_their_tree() {
        let text = "Discussion Title: Tea?\n\n1. Tea is good.\n1.1. Pro: It is warm.\nAlways.\n1.1.1. Con: Not [iced](https://a.example) tea.\n1.2. Con: -> See 1.1.1.\n";
        let page = Page { name: "page".into(), text: text.into(), ..Page::default() };
        let document = Document::new(page, None);
        assert_eq!(Kialo.recognise(&document), Recognition::Certain);
        let found = Kialo.read(&document).unwrap();
        assert_eq!(found.title.as_deref(), Some("Tea?"));
        let parents: Vec<&Parent> = found.drafts.iter().map(|draft| &draft.parent).collect();
        let post = |key: &str| Parent::Post(key.to_owned());
        assert_eq!(parents, [&Parent::Opening, &post("1"), &post("1.1"), &post("1")]);
        assert_eq!(found.drafts[1].body.text(), "It is warm. Always.");
        let sides: Vec<Option<Side>> = found.drafts.iter().map(|draft| draft.side).collect();
        assert_eq!(sides, [None, Some(Side::For), Some(Side::Against), Some(Side::Against)]);
        assert_eq!(found.drafts[3].also, ["1.1.1"]);
    }

    #[test]
    fn a_numbered_list_inside_a_claim_is_its_words() {
        let text = "Discussion Title: Tea?\n\n1. Tea is good.\n1.1. Pro: Three reasons:\n1. It is warm.\n2. It is cheap.\n1.2. Con: No.\n";
        let page = Page { name: "page".into(), text: text.into(), ..Page::default() };
        let found = Kialo.read(&Document::new(page, None)).unwrap();
        let keys: Vec<&str> = found.drafts.iter().map(|draft| draft.key.as_str()).collect();
        assert_eq!(keys, ["1", "1.1", "1.2"]);
        let words = found.drafts[1].body.text().to_owned();
        let two = text.replace("2. It is cheap.\n", "") + "2. Milk is good.\n2.1. Pro: It is white.\n";
        let page = Page { name: "page".into(), text: two, ..Page::default() };
        let found = Kialo.read(&Document::new(page, None)).unwrap();
        assert_eq!(found.drafts.last().map(|draft| draft.key.as_str()), Some("2.1"));
        assert!(words.contains("It is warm.") && words.contains("It is cheap."), "{words}");
    }
}

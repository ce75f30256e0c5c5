//! Argument maps in the Argument Interchange Format, as AIFdb and OVA write them in JSON.
//!
//! What is claimed (an I-node) is a post; it answers the claim that its inference, conflict or rephrase
//! leads to. One claim can bear on several, and a conflict can bear on a step: then it answers what the step
//! concludes. Times are those of the annotation in no stated zone, so there are none.

use std::collections::{BTreeMap, HashMap, HashSet};

use url::Url;

use super::json::{Json, Value};
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Body, Draft, Parent, Side};

const NAME: &str = "aif";

/// Nodes at which the search for what a claim bears on ends: no map for people comes near.
const MOST_PASSED: usize = 200;

/// The reader of argument maps.
pub(super) struct Aif;

impl Platform for Aif {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "argument maps in the Argument Interchange Format: the JSON of AIFdb and OVA"
    }

    fn example(&self) -> &'static str {
        "https://www.aifdb.org/argview/125"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let host = url.host_str()?;
        let mut path = url.path_segments()?;
        let (Some("argview" | "json"), Some(id)) = (path.next(), path.next()) else { return None };
        let ours = host == "aifdb.org" || host.ends_with(".aifdb.org");
        (ours && !id.is_empty()).then(|| url.join(&format!("/json/{id}")).ok())?.map(Request::json)
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let marks = ["\"nodes\"", "\"nodeID\"", "\"fromID\"", "\"toID\""];
        let ours = document.is_json() && marks.iter().all(|mark| document.mentions(mark));
        if ours { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let json = Json::parse(&document.page.text).map_err(|fault| fault.of(&document.page.name, NAME))?;
        let root = json.root();
        let map = Map::new(root.get("AIF").unwrap_or(root));
        Ok(Reading { drafts: map.drafts(), url: document.page.url.clone(), ..Reading::default() })
    }
}

/// What kind of node something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Something claimed.
    Claim,
    /// An inference, conflict, preference or rephrase between claims or steps, and the side it takes.
    Step(Option<Side>),
    /// Somebody's saying something.
    Locution,
    /// What somebody does by saying it, from the locution to the claim.
    Illocution,
    /// What comes after what in a dialogue, and anything else.
    Other,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "I" => Kind::Claim,
            "RA" | "MA" => Kind::Step(Some(Side::For)),
            "CA" => Kind::Step(Some(Side::Against)),
            "PA" => Kind::Step(None),
            "L" => Kind::Locution,
            "YA" => Kind::Illocution,
            _ => Kind::Other,
        }
    }
}

struct Map {
    /// Claims in the order of the file, with their words.
    claims: Vec<(String, String)>,
    kinds: HashMap<String, Kind>,
    /// Where the edges of a node lead, in the order of the file.
    to: HashMap<String, Vec<String>>,
    /// Who said something, by the node of the saying.
    speakers: HashMap<String, String>,
}

impl Map {
    fn new(root: Value<'_>) -> Self {
        let list = |key: &str| root.get(key).into_iter().flat_map(Value::items);
        let id = |value: Value<'_>, key: &str| value.get(key).and_then(Value::as_id);
        let mut map =
            Map { claims: Vec::new(), kinds: HashMap::new(), to: HashMap::new(), speakers: HashMap::new() };
        let people: HashMap<String, String> = list("participants")
            .filter_map(|person| Some((id(person, "participantID")?, full_name(person)?)))
            .collect();
        for node in list("nodes") {
            let Some(name) = id(node, "nodeID") else { continue };
            let kind = Kind::of(node.get("type").and_then(Value::as_str).unwrap_or_default());
            let words = node.get("text").and_then(Value::as_str).unwrap_or_default();
            if kind == Kind::Claim && !map.kinds.contains_key(&name) {
                map.claims.push((name.clone(), words.to_owned()));
            }
            if kind == Kind::Locution
                && let Some(speaker) = speaker(words)
            {
                map.speakers.insert(name.clone(), speaker.to_owned());
            }
            map.kinds.entry(name).or_insert(kind);
        }
        for saying in list("locutions") {
            let person = id(saying, "personID").or_else(|| id(saying, "participantID"));
            if let (Some(node), Some(person)) = (id(saying, "nodeID"), person.and_then(|id| people.get(&id)))
            {
                map.speakers.insert(node, person.clone());
            }
        }
        for edge in list("edges") {
            if let (Some(from), Some(to)) = (id(edge, "fromID"), id(edge, "toID")) {
                map.to.entry(from).or_default().push(to);
            }
        }
        map
    }

    fn kind(&self, node: &str) -> Kind {
        self.kinds.get(node).copied().unwrap_or(Kind::Other)
    }

    fn next(&self, node: &str) -> &[String] {
        self.to.get(node).map(Vec::as_slice).unwrap_or_default()
    }

    /// The claims that a claim bears on, the nearest first, and on which side: what attacks an attack is for
    /// what that attacks.
    fn answered(&self, claim: &str) -> Vec<(String, Option<Side>)> {
        let mut found: Vec<(String, Option<Side>)> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut waiting: Vec<(&String, Option<Side>)> =
            self.next(claim).iter().map(|node| (node, Some(Side::For))).collect();
        while !waiting.is_empty() && seen.len() < MOST_PASSED {
            let mut later = Vec::new();
            for (node, side) in waiting {
                match self.kind(node) {
                    _ if seen.len() >= MOST_PASSED => break,
                    _ if !seen.insert(node) || node == claim => {}
                    Kind::Claim => found.push((node.clone(), side)),
                    Kind::Step(own) => {
                        let side = side.zip(own).map(|(side, own)| own.through(side));
                        later.extend(self.next(node).iter().map(|next| (next, side)));
                    }
                    Kind::Locution | Kind::Illocution | Kind::Other => {}
                }
            }
            waiting = later;
        }
        found
    }

    /// Who claims what: the speaker of the first locution whose illocution leads to the claim.
    fn authors(&self) -> HashMap<&str, &str> {
        let sorted: BTreeMap<&String, &String> = self.speakers.iter().collect();
        let mut authors = HashMap::new();
        for (locution, speaker) in sorted {
            for act in self.next(locution).iter().filter(|act| self.kind(act) == Kind::Illocution) {
                for claim in self.next(act) {
                    authors.entry(claim.as_str()).or_insert(speaker.as_str());
                }
            }
        }
        authors
    }

    fn drafts(&self) -> Vec<Draft> {
        let authors = self.authors();
        let answered: Vec<Vec<(String, Option<Side>)>> =
            self.claims.iter().map(|(id, _)| self.answered(id)).collect();
        let opening = self.opening(&answered);
        let drafts = self.claims.iter().zip(answered).enumerate().map(|(at, ((id, words), answered))| {
            let mut answered = answered.into_iter();
            let (parent, side) = match answered.next() {
                _ if opening == Some(at) => (Parent::Opening, None),
                Some((to, side)) => (Parent::Post(to), side),
                None => (Parent::Unknown, None),
            };
            let mut draft = Draft::new(id, parent);
            draft.side = side;
            draft.also = answered.filter(|_| opening != Some(at)).map(|(to, _)| to).collect();
            draft.author = authors.get(id.as_str()).map(|name| (*name).to_owned());
            draft.body = Body::from_plain(words);
            draft
        });
        drafts.collect()
    }

    /// The claim that most others lead to by their first answers, of those that answer nothing.
    fn opening(&self, answered: &[Vec<(String, Option<Side>)>]) -> Option<usize> {
        let place: HashMap<&str, usize> =
            self.claims.iter().enumerate().map(|(at, (id, _))| (id.as_str(), at)).collect();
        let up = |at: usize| answered.get(at)?.first().and_then(|(to, _)| place.get(to.as_str()).copied());
        // Where each chain ends is noted on the way back, so that long chains are walked once.
        let mut ends: Vec<Option<usize>> = vec![None; self.claims.len()];
        let mut led = vec![0usize; self.claims.len()];
        for start in 0..self.claims.len() {
            let mut chain = Vec::new();
            let mut on_chain = HashSet::new();
            let mut at = start;
            let end = loop {
                if let Some(end) = ends[at] {
                    break end;
                }
                chain.push(at);
                on_chain.insert(at);
                match up(at).filter(|next| !on_chain.contains(next)) {
                    Some(next) => at = next,
                    None => break at,
                }
            };
            for link in chain {
                ends[link] = Some(end);
            }
            led[end] += 1;
        }
        (0..led.len()).max_by_key(|&at| (answered[at].is_empty(), led[at], std::cmp::Reverse(at)))
    }
}

fn full_name(person: Value<'_>) -> Option<String> {
    let part = |key: &str| person.get(key).and_then(Value::as_str).unwrap_or_default().trim();
    let name = format!("{} {}", part("firstname"), part("surname")).trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// The name before the colon of a locution such as `Ann Lee : we should go`.
fn speaker(words: &str) -> Option<&str> {
    let (name, _) = words.split_once(':')?;
    let name = name.trim();
    let fits = !name.is_empty() && name.len() <= 40 && name.split_whitespace().count() <= 4;
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn read(text: &str) -> Vec<Draft> {
        let page = Page { text: text.to_owned(), ..Page::default() };
        Aif.read(&Document::new(page, None)).unwrap().drafts
    }

    fn map(nodes: &[(&str, &str, &str)], edges: &[(&str, &str)]) -> String {
        let nodes: Vec<String> = nodes
            .iter()
            .map(|(id, kind, text)| format!(r#"{{"nodeID":"{id}","type":"{kind}","text":"{text}"}}"#))
            .collect();
        let edges: Vec<String> = edges
            .iter()
            .map(|(from, to)| format!(r#"{{"edgeID":"e","fromID":"{from}","toID":{to}}}"#))
            .collect();
        format!(r#"{{"nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(","))
    }

    #[test]
    fn a_claim_answers_what_its_step_leads_to_and_an_attack_on_a_step_its_conclusion() {
        let text = map(
            &[
                ("1", "I", "premise"),
                ("2", "RA", "RA"),
                ("3", "I", "conclusion"),
                ("4", "I", "undercut"),
                ("5", "CA", "CA"),
            ],
            &[("1", "2"), ("2", "3"), ("4", "5"), ("5", "2")],
        );
        let drafts = read(&text);
        let parents: Vec<&Parent> = drafts.iter().map(|draft| &draft.parent).collect();
        assert_eq!(parents, [&Parent::Post("3".into()), &Parent::Opening, &Parent::Post("3".into())]);
        let sides: Vec<Option<Side>> = drafts.iter().map(|draft| draft.side).collect();
        assert_eq!(sides, [Some(Side::For), None, Some(Side::Against)]);
    }

    #[test]
    fn a_claim_that_bears_on_two_answers_both() {
        let text = map(
            &[("1", "I", "a"), ("2", "RA", ""), ("3", "CA", ""), ("4", "I", "b"), ("5", "I", "c")],
            &[("1", "2"), ("1", "3"), ("2", "4"), ("3", "5")],
        );
        let drafts = read(&text);
        assert_eq!(
            (drafts[0].parent.clone(), drafts[0].also.clone()),
            (Parent::Post("4".into()), vec!["5".into()])
        );
        assert_eq!(drafts[2].parent, Parent::Unknown);
    }

    #[test]
    fn who_says_it_is_its_author() {
        let text = map(
            &[("1", "L", "Ann Lee : it rains"), ("2", "YA", "Asserting"), ("3", "I", "it rains")],
            &[("1", "2"), ("2", "3")],
        );
        let drafts = read(&text);
        assert_eq!((drafts.len(), drafts[0].author.as_deref()), (1, Some("Ann Lee")));
    }

    #[test]
    fn circles_do_not_hang() {
        let text = map(
            &[("1", "I", "a"), ("2", "CA", ""), ("3", "CA", ""), ("4", "I", "b")],
            &[("1", "2"), ("2", "4"), ("4", "3"), ("3", "1"), ("2", "3"), ("3", "2")],
        );
        assert_eq!(read(&text).len(), 2);
    }
}

//! The thread among the items: which one opens it, which answer, and what.

use std::collections::{BTreeMap, HashMap, HashSet};

use url::Url;

use super::graph::{Field, Graph, Item};
use super::value::{counted, line, moment, name, number, reference, words, written};
use super::words::trailing_digits;
use crate::thread::{Body, Draft, Parent, State};

/// Key of an opening that the data does not hold.
const UNSEEN_OPENING: &str = "opening";

/// Items inside one another that are looked through.
const DEEP: usize = 20;

/// A thread and what is known of it.
pub(super) struct Found {
    pub title: Option<String>,
    pub url: Option<Url>,
    pub declared: Option<u32>,
    pub drafts: Vec<Draft>,
    /// Whether it opens with a question or a posting, which need no comment to be a discussion.
    pub is_discussion: bool,
}

impl Found {
    /// Posts that are there.
    pub(super) fn posts(&self) -> usize {
        self.drafts.iter().filter(|draft| draft.state == State::Present).count()
    }
}

/// How an item can take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    None,
    /// It answers something.
    Reply,
    /// It opens a thread if comments are attached to it.
    Article,
    /// It opens a thread by its nature.
    Discussion,
}

fn part(item: &Item<'_>) -> Part {
    let is = |kinds: &[&str]| kinds.iter().any(|kind| item.is(kind));
    if is(&["Comment", "Answer", "UserComments"]) {
        return Part::Reply;
    }
    if is(&["DiscussionForumPosting", "SocialMediaPosting", "Question", "BoardPost"]) {
        return Part::Discussion;
    }
    let article = |kind: &&str| kind.ends_with("Article") || kind.ends_with("BlogPosting");
    let other = is(&[
        "CreativeWork",
        "VideoObject",
        "Recipe",
        "Review",
        "Item",
        "Document",
        "ImageObject",
        "PodcastEpisode",
    ]);
    if other || item.kinds.iter().any(article) { Part::Article } else { Part::None }
}

/// The items of a thread.
struct Members<'g, 'a> {
    graph: &'g Graph<'a>,
    root: Option<usize>,
    replies: Vec<usize>,
    /// What each reply is attached to, by a property or by standing in it.
    attached: HashMap<usize, usize>,
}

/// The thread that the data describes, if there is one.
pub(super) fn find(graph: &Graph<'_>, here: Option<&Url>) -> Option<Found> {
    let attached = attachments(graph);
    let replies: Vec<usize> = (0..graph.items.len())
        .filter(|&at| part(&graph.items[at]) == Part::Reply && graph.resolve(at) == at)
        .filter(|&at| says_something(graph, at) && !is_apart(graph, at))
        .collect();
    // A page may describe its thread twice, for machines and in the markup: the fuller account is taken.
    let in_markup = |at: &usize| graph.items[*at].element.is_some();
    let (marked, stated): (Vec<usize>, Vec<usize>) = replies.into_iter().partition(in_markup);
    let mut replies = if marked.len() >= stated.len() { marked } else { stated };
    let tops = tops(graph, &attached, &replies);
    let root = root(graph, &attached, &tops);
    if let Some(root) = root {
        replies.retain(|at| belongs(graph, tops.get(at), root));
        replies.extend(siblings(graph, root, &replies));
        replies.sort_unstable();
    }
    if root.is_none() && replies.is_empty() {
        return None;
    }
    Some(Members { graph, root, replies, attached }.into_found(here))
}

/// What each item is a comment on or an answer to.
fn attachments(graph: &Graph<'_>) -> HashMap<usize, usize> {
    const ANSWERS: &[&str] =
        &["comment", "comments", "suggestedAnswer", "acceptedAnswer", "answer", "reply", "hasPart"];
    let mut attached = HashMap::new();
    for (at, item) in graph.items.iter().enumerate() {
        for (name, field) in &item.fields {
            match (*name, field) {
                (name, Field::Item(to)) if ANSWERS.contains(&name) => {
                    attached.entry(graph.resolve(*to)).or_insert(at);
                }
                ("parentItem" | "reply_of" | "about" | "replyToUrl", field) if part(item) == Part::Reply => {
                    if let Some(to) = reference(graph, *field).filter(|to| *to != at) {
                        attached.insert(at, to);
                    }
                }
                _ => {}
            }
        }
    }
    for (at, item) in graph.items.iter().enumerate().filter(|(_, item)| part(item) == Part::Reply) {
        // Microdata often says by its place alone what a comment belongs to.
        let mut around = item.inside;
        for _ in 0..DEEP {
            let Some((outer, _)) = around.filter(|_| !attached.contains_key(&at)) else { break };
            if part(&graph.items[outer]) != Part::None {
                attached.insert(at, outer);
            }
            around = graph.items[outer].inside;
        }
    }
    attached
}

fn says_something(graph: &Graph<'_>, at: usize) -> bool {
    let item = &graph.items[at];
    !texts(item).is_empty() || !item.all(&["author", "creator"]).is_empty()
}

fn texts<'a>(item: &Item<'a>) -> Vec<Field<'a>> {
    item.all(&["text", "articleBody", "commentText", "reviewBody", "encoded", "description"])
}

/// The item that opens the thread: what most replies lead to, else what is a discussion, else the first.
fn root(graph: &Graph<'_>, attached: &HashMap<usize, usize>, tops: &HashMap<usize, usize>) -> Option<usize> {
    let mut led: BTreeMap<usize, usize> = BTreeMap::new();
    for &top in tops.values() {
        *led.entry(top).or_default() += 1;
    }
    let candidates = graph.items.iter().enumerate().filter(|(at, item)| {
        part(item) >= Part::Article
            && graph.resolve(*at) == *at
            && !attached.contains_key(at)
            && !is_apart(graph, *at)
    });
    let best = candidates.max_by_key(|(at, item)| {
        let worded = !texts(item).is_empty();
        (led.get(at).copied().unwrap_or(0), part(item), worded, std::cmp::Reverse(*at))
    });
    best.map(|(at, _)| at)
}

/// Whether an item stands in a list of other things or in questions that the site asks itself.
fn is_apart(graph: &Graph<'_>, at: usize) -> bool {
    const ASIDE: &[&str] = &["itemListElement", "isPartOf", "publisher", "sharedContent", "relatedLink"];
    const OWN: &[&str] = &["FAQPage", "Quiz", "HowTo"];
    let mut around = graph.items[at].inside;
    for _ in 0..DEEP {
        let Some((outer, property)) = around else { return false };
        let outer = &graph.items[outer];
        if property.is_some_and(|property| ASIDE.contains(&property)) || OWN.iter().any(|kind| outer.is(kind))
        {
            return true;
        }
        around = outer.inside;
    }
    false
}

/// Where the chain of attachments of each reply ends, if that can open a thread. A chain is walked once.
fn tops(graph: &Graph<'_>, attached: &HashMap<usize, usize>, replies: &[usize]) -> HashMap<usize, usize> {
    let mut ends: HashMap<usize, Option<usize>> = HashMap::new();
    for &reply in replies {
        let mut chain = Vec::new();
        let mut at = reply;
        let end = loop {
            if let Some(known) = ends.get(&at) {
                break *known;
            }
            // Until its end is known, an item of the chain has none: so circles end.
            ends.insert(at, None);
            chain.push(at);
            match attached.get(&at) {
                Some(&to) => at = to,
                None => break Some(at).filter(|&at| part(&graph.items[at]) >= Part::Article),
            }
        };
        for link in chain {
            ends.insert(link, end);
        }
    }
    replies.iter().filter_map(|reply| Some((*reply, (*ends.get(reply)?)?))).collect()
}

/// Whether a reply is of this thread, and not of another that the page also describes.
fn belongs(graph: &Graph<'_>, top: Option<&usize>, root: usize) -> bool {
    top.is_none_or(|&top| {
        top == root || graph.items[top].element.is_some() != graph.items[root].element.is_some()
    })
}

/// Further postings without a title of their own: software that calls every post of a thread a posting.
fn siblings(graph: &Graph<'_>, root: usize, replies: &[usize]) -> Vec<usize> {
    let opening = &graph.items[root];
    if !replies.is_empty() || part(opening) != Part::Discussion || opening.is("Question") {
        return Vec::new();
    }
    let title = headline(opening);
    let alike = |at: &usize| {
        let item = &graph.items[*at];
        let own = headline(item);
        *at != root
            && part(item) == Part::Discussion
            && item.element.is_some() == opening.element.is_some()
            && !texts(item).is_empty()
            && (own.is_none() || own == title)
    };
    (0..graph.items.len()).filter(alike).collect()
}

fn headline(item: &Item<'_>) -> Option<String> {
    item.all(&["headline", "name", "title"]).into_iter().find_map(line)
}

impl Members<'_, '_> {
    fn into_found(self, here: Option<&Url>) -> Found {
        let graph = self.graph;
        let root = self.root.map(|at| &graph.items[at]);
        let mut found = Found {
            title: root.and_then(headline),
            url: root.and_then(|root| address(root, here)).and_then(|url| Url::parse(&url).ok()),
            declared: root.and_then(|root| declared(graph, root)),
            drafts: Vec::new(),
            is_discussion: root.is_some_and(|root| part(root) == Part::Discussion),
        };
        found.drafts.push(self.opening(here));
        let keys = self.keys(&found.drafts[0].native_id, here);
        let named: HashMap<&str, usize> = keys.iter().map(|(at, key)| (key.as_str(), *at)).collect();
        let flat =
            !self.replies.iter().any(|at| self.attached.get(at).is_some_and(|to| keys.contains_key(to)));
        let opening = (found.drafts[0].author.clone(), found.drafts[0].body.text().to_owned());
        for at in &self.replies {
            let Some(key) = keys.get(at) else { continue };
            let mut draft = draft(graph, *at, key, here);
            // The opening may stand among the comments, too.
            let again = !opening.1.is_empty() && draft.body.text() == opening.1 && draft.author == opening.0;
            if again {
                let first = &mut found.drafts[0];
                first.written_at = first.written_at.or(draft.written_at);
                continue;
            }
            draft.parent = self.parent(*at, (&keys, &named), flat, &draft.body);
            found.drafts.push(draft);
        }
        found
    }

    fn opening(&self, here: Option<&Url>) -> Draft {
        let Some(at) = self.root else {
            return Draft { state: State::Missing, ..Draft::new(UNSEEN_OPENING, Parent::Opening) };
        };
        let item = &self.graph.items[at];
        let key = address(item, here).or_else(|| own_id(item)).unwrap_or_else(|| UNSEEN_OPENING.to_owned());
        let mut draft = draft(self.graph, at, &key, here);
        draft.parent = Parent::Opening;
        // When a topic changed is when somebody answered.
        draft.edited_at = None;
        let shared = item.all(&["sharedContent"]).into_iter().find_map(|field| {
            let Field::Item(to) = field else { return None };
            let shared =
                self.graph.items.get(self.graph.resolve(to)).filter(|shared| shared.is("WebPage"))?;
            shared.all(&["url"]).into_iter().find_map(written)
        });
        if let Some(shared) = shared {
            draft.body = draft.body.sharing(shared);
        }
        let silent = draft.body.text().is_empty();
        let nothing = draft.author.is_none() && headline(item).is_none();
        if silent && (part(item) == Part::Article || nothing) {
            draft.state = State::Missing;
        }
        draft
    }

    /// A key for each reply, none twice: its own number, its anchor or its address, else its place. The
    /// opening's key is taken: `t5` may open a thread in which `c5` answers.
    fn keys(&self, opening: &str, here: Option<&Url>) -> HashMap<usize, String> {
        let mut keys = HashMap::new();
        let mut used = HashSet::from([opening.to_owned()]);
        for (place, &at) in self.replies.iter().enumerate() {
            let item = &self.graph.items[at];
            let names = [own_id(item), item.anchor.map(str::to_owned), address(item, here)];
            let numbered = (place + 1..).map(|number| format!("c{number}"));
            let free = names.into_iter().flatten().chain(numbered).find(|name| !used.contains(name));
            let key = free.unwrap_or_default();
            used.insert(key.clone());
            keys.insert(at, key);
        }
        keys
    }

    /// What a reply answers, with the keys of all replies and the replies of all keys.
    fn parent(
        &self,
        at: usize,
        (keys, named): (&HashMap<usize, String>, &HashMap<&str, usize>),
        flat: bool,
        body: &Body,
    ) -> Parent {
        let to = self.attached.get(&at).copied();
        if let Some(key) = to.and_then(|to| keys.get(&to)) {
            return Parent::Post(key.clone());
        }
        let quoted = body.quotes().filter(|(_, quote, _)| quote.depth == 1);
        let quoted = quoted.filter_map(|(_, quote, _)| quote.native_id.clone());
        let known = quoted.into_iter().find(|id| named.get(id.as_str()).is_some_and(|other| *other != at));
        let forum = self.root.is_none_or(|root| {
            let root = &self.graph.items[root];
            part(root) == Part::Discussion && !root.is("Question")
        });
        match known {
            Some(known) if flat => Parent::Quoted(known),
            // A board's list of comments does not say that each answers the opening.
            _ if flat && (forum || to.is_none()) => Parent::Unknown,
            _ => Parent::Root,
        }
    }
}

/// How many posts there are, the opening counted in.
fn declared(graph: &Graph<'_>, root: &Item<'_>) -> Option<u32> {
    let stated = root.all(&["commentCount", "answerCount", "num_replies"]).into_iter().find_map(number);
    let counted = || counted(graph, root, &["CommentAction", "ReplyAction"]);
    let old = || {
        let counts = root.all(&["interactionCount"]);
        counts
            .into_iter()
            .filter_map(line)
            .find_map(|text| text.split_once("UserComments:")?.1.trim().parse().ok())
    };
    let count = stated.or_else(counted).or_else(old)?;
    u32::try_from(count).ok()?.checked_add(1)
}

fn draft(graph: &Graph<'_>, at: usize, key: &str, here: Option<&Url>) -> Draft {
    let item = &graph.items[at];
    let mut draft = Draft::new(key, Parent::Root);
    draft.author = name(graph, &item.all(&["author", "creator", "has_creator"]));
    let time = |names: &[&str]| names.iter().find_map(|name| item.all(&[name]).into_iter().find_map(moment));
    draft.written_at =
        time(&["datePublished", "dateCreated", "commentTime", "uploadDate", "created", "date", "datetime"]);
    draft.edited_at =
        time(&["dateModified", "modified"]).filter(|edited| draft.written_at.is_none_or(|at| *edited > at));
    draft.permalink = address(item, here);
    let count = |names: &[&str]| item.all(names).into_iter().find_map(number);
    let likes = count(&["upvoteCount"])
        .or_else(|| counted(graph, item, &["LikeAction", "UpvoteAction", "AgreeAction"]));
    let against =
        count(&["downvoteCount"]).or_else(|| counted(graph, item, &["DislikeAction", "DisagreeAction"]));
    draft.votes = likes.map(|likes| likes.saturating_sub(against.unwrap_or(0)));
    draft.body = texts(item).into_iter().map(words).find(|body| !body.text().is_empty()).unwrap_or_default();
    draft
}

/// The number of a post: in its identifier, its anchor, or the end of its address.
fn own_id(item: &Item<'_>) -> Option<String> {
    let stated = item.all(&["identifier"]).into_iter().find_map(line);
    let names = || {
        let urls = item.all(&["url"]).into_iter().filter_map(written);
        item.id.into_iter().chain(urls).collect::<Vec<&str>>()
    };
    let anchored = || names().into_iter().find_map(|name| trailing_digits(name.split_once('#')?.1));
    let bare = || item.id.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned);
    let at_element = || item.anchor.and_then(trailing_digits);
    stated.or_else(anchored).or_else(bare).or_else(at_element)
}

/// The address of an item, whole.
fn address(item: &Item<'_>, here: Option<&Url>) -> Option<String> {
    let stated = item.all(&["url", "discussionUrl", "mainEntityOfPage"]).into_iter().find_map(written);
    let stated = stated.or(item.id).filter(|name| !name.is_empty())?;
    match here {
        Some(here) if stated.contains(['/', '#']) => here.join(stated).ok().map(|url| url.to_string()),
        _ => stated.starts_with("http").then(|| stated.to_owned()),
    }
}

//! Pages of unknown software that say what they hold in schema.org's words: JSON-LD, microdata, RDFa.
//!
//! Any reader that knows the software knows more, so this one yields to it. Search engines ask for the
//! opening post, an author and a count, and many sites give no more than that: such a page is left to
//! readers that look at the markup. Shortened texts stand as the site wrote them, and a notice says so.

mod graph;
mod json_ld;
mod markup;
mod thread;
mod value;
mod words;

use scraper::ElementRef;
use url::Url;

use self::graph::Graph;
use self::thread::Found;
use super::html::{attribute, below, first, text_of};
use super::json::{Json, Syntax};
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Notice, NoticeKind};

const NAME: &str = "schema_org";

/// The reader of structured data.
pub(super) struct SchemaOrg;

impl Platform for SchemaOrg {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "pages of unknown software that mark their posts up with schema.org's words, and such data by itself"
    }

    fn example(&self) -> &'static str {
        ""
    }

    fn request(&self, _: &Url) -> Option<Request> {
        None
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if !may_hold(document) {
            return Recognition::No;
        }
        document.recognised_by_reading(NAME, || {
            let found =
                with_graph(document, |graph| thread::find(graph, document.page.url.as_ref())).ok()??;
            let sure = match (found.posts(), found.declared) {
                (0, _) => Recognition::No,
                (_, _) if document.is_json() => Recognition::Likely,
                (1, Some(..=2)) if found.is_discussion => Recognition::Possible,
                (1, _) => Recognition::No,
                // The data holds a few of the posts, as for a search engine; the page may well hold all.
                (posts, Some(declared)) if posts * 2 < declared as usize => Recognition::Possible,
                _ => Recognition::Likely,
            };
            Some((sure, into_reading(found)))
        })
    }

    fn at_most(&self) -> Recognition {
        Recognition::Likely
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let read = || with_graph(document, |graph| thread::find(graph, document.page.url.as_ref()));
        let mut reading = match document.take_read(NAME) {
            Some(reading) => reading,
            None => read()?.map(into_reading).unwrap_or_default(),
        };
        if document.is_markup() && !reading.drafts.is_empty() {
            around(document.html()?.root_element(), document.page.url.as_ref(), &mut reading);
        }
        Ok(reading)
    }
}

/// What was found, as the posts of a page and the word that they come from data for search engines.
fn into_reading(found: Found) -> Reading {
    let words = "nothing is known of the site's software; its posts were read from the data that it gives to \
                 search engines, which may shorten or leave out posts";
    Reading {
        drafts: found.drafts,
        declared: found.declared,
        title: found.title,
        url: found.url,
        notices: vec![Notice::new(NoticeKind::Guessed, words)],
        ..Reading::default()
    }
}

/// Whether the marks are there at all. Cheap: nothing is parsed.
fn may_hold(document: &Document) -> bool {
    if document.is_json() {
        return document.mentions("schema.org") && document.mentions("\"@type\"");
    }
    let any = |marks: &[&str]| marks.iter().any(|mark| document.mentions(mark));
    document.is_markup()
        && any(&["schema.org", "sioc:", "sioct:"])
        && any(&["Comment", "Posting", "Question", "Post"])
}

/// Builds the graph of a document and looks at it.
fn with_graph<T>(document: &Document, look: impl FnOnce(&Graph<'_>) -> T) -> Result<T> {
    if document.is_json() {
        let json = Json::parse(&document.page.text).map_err(|fault| fault.of(&document.page.name, NAME))?;
        let mut graph = Graph::default();
        json_ld::add(json.root(), &mut graph);
        return Ok(look(&graph));
    }
    let root = document.html()?.root_element();
    let scripts: Vec<String> = below(root).filter(|element| is_json_ld(*element)).map(script).collect();
    // Sites write comments and markers around their JSON, and now and then break it: then it says nothing.
    let parsed = scripts.iter().filter_map(|text| Json::parse_as(text, Syntax::Script).ok());
    let parsed: Vec<Json<'_>> = parsed.collect();
    let mut graph = Graph::default();
    for json in &parsed {
        json_ld::add(json.root(), &mut graph);
    }
    markup::add(root, &mut graph);
    Ok(look(&graph))
}

fn is_json_ld(element: ElementRef<'_>) -> bool {
    let kind = attribute(element.value(), "type").unwrap_or_default();
    element.value().name() == "script" && kind.to_ascii_lowercase().starts_with("application/ld+json")
}

/// A script's text from its first bracket on.
fn script(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    let start = text.find(['{', '[']).unwrap_or(text.len());
    text.get(start..).unwrap_or_default().to_owned()
}

/// What the rest of the page tells: its title, its address, its next page.
fn around(root: ElementRef<'_>, here: Option<&Url>, reading: &mut Reading) {
    let link = |kind: &str| {
        let found = first(root, |element| {
            matches!(element.name(), "link" | "a") && attribute(element, "rel") == Some(kind)
        });
        found.and_then(|link| attribute(link.value(), "href"))
    };
    let canonical = link("canonical").and_then(|href| resolved(href, here));
    reading.url = canonical.clone().or_else(|| reading.url.take()).or_else(|| here.cloned());
    if reading.title.is_none() {
        let heading = first(root, |element| element.name() == "h1").map(text_of);
        let heading = heading.filter(|text| !text.is_empty());
        reading.title = heading.or_else(|| first(root, |element| element.name() == "title").map(text_of));
    }
    let base = here.or(canonical.as_ref());
    let next = link("next").and_then(|href| resolved(href, base));
    let next = next.filter(|next| base.is_none_or(|base| base.host_str() == next.host_str() && base != next));
    reading.next.extend(next.map(Request::page));
}

fn resolved(href: &str, base: Option<&Url>) -> Option<Url> {
    base.map_or_else(|| Url::parse(href), |base| base.join(href)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;
    use crate::thread::{Parent, State};

    fn document(text: &str) -> Document {
        Document::new(Page { text: text.to_owned(), ..Page::default() }, None)
    }

    fn read(text: &str) -> Reading {
        SchemaOrg.read(&document(text)).unwrap()
    }

    fn page(json: &str) -> String {
        format!("<!doctype html><script type=\"application/ld+json\">{json}</script><p>Comment</p>")
    }

    const OPENING: &str = r#"{"@context":"https://schema.org","@type":"DiscussionForumPosting","headline":"Tea","text":"Tea?","author":{"@type":"Person","name":"Ann"},"datePublished":"2024-01-02T03:04:05Z""#;

    #[test]
    fn an_opening_whose_answers_are_elsewhere_is_left_to_other_readers() {
        let sure = |rest: &str| SchemaOrg.recognise(&document(&page(&format!("{OPENING}{rest}}}"))));
        assert_eq!(sure(""), Recognition::No);
        assert_eq!(sure(",\"commentCount\":7"), Recognition::No);
        assert_eq!(sure(",\"commentCount\":\"0\""), Recognition::Possible);
        let comment = "{\"@type\":\"Comment\",\"text\":\"no\",\"author\":\"Bo\"}";
        assert_eq!(sure(&format!(",\"comment\":[{comment}]")), Recognition::Likely);
        assert_eq!(sure(&format!(",\"commentCount\":20,\"comment\":[{comment}]")), Recognition::Possible);
        let article = OPENING.replace("DiscussionForumPosting", "NewsArticle");
        let alone = page(&format!("{article},\"commentCount\":0}}"));
        assert_eq!(SchemaOrg.recognise(&document(&alone)), Recognition::No);
        assert_eq!(SchemaOrg.recognise(&document(&format!("{OPENING}}}"))), Recognition::Likely);
    }

    #[test]
    fn nested_comments_answer_what_they_stand_in() {
        let text = format!(
            r##"[{OPENING},"commentCount":2,"comment":{{"@type":"Comment","@id":"#c-7","text":"no","upvoteCount":"5","downvoteCount":2,
            "comment":[{{"@type":"Comment","text":"yes &amp; no<br>so","creator":{{"name":"Cy"}},"dateCreated":"2024-01-02 05:04:05 +0100"}}]}}}}]"##
        );
        let reading = read(&text);
        let parents: Vec<&Parent> = reading.drafts.iter().map(|draft| &draft.parent).collect();
        assert_eq!(parents, [&Parent::Opening, &Parent::Root, &Parent::Post("7".to_owned())]);
        assert_eq!(reading.drafts[1].votes, Some(3));
        assert_eq!(reading.drafts[2].body.text(), "yes & no\nso");
        assert_eq!(reading.drafts[2].author.as_deref(), Some("Cy"));
        assert_eq!(reading.drafts[2].written_at.unwrap().to_string(), "2024-01-02T04:04:05Z");
        assert_eq!(reading.declared, Some(3));
    }

    #[test]
    fn a_time_without_a_zone_is_no_moment() {
        let text = r#"{"@context":"https://schema.org","@type":"QAPage","mainEntity":{"@type":"Question","name":"Why?","text":"Why <T>?","dateCreated":"2023-08-13 13:21","answerCount":1,"acceptedAnswer":{"@type":"Answer","text":"So.","dateCreated":"2023-08-13"}}}"#;
        let reading = read(text);
        assert!(reading.drafts.iter().all(|draft| draft.written_at.is_none()));
        assert_eq!(reading.drafts[1].parent, Parent::Root);
        assert_eq!(reading.drafts[0].body.text(), "Why <T>?");
        assert_eq!(reading.title.as_deref(), Some("Why?"));
    }

    #[test]
    fn a_graph_is_joined_by_its_ids() {
        let text = r##"{"@context":"https://schema.org","@graph":[{"@type":"BlogPosting","@id":"#post","headline":"Tea","comment":[{"@id":"#c1"},{"@id":"#c2"}]},
          {"@type":"Comment","@id":"#c1","text":"one","author":{"@id":"#ann"}},{"@type":"Comment","@id":"#c2","text":"two","parentItem":{"@id":"#c1"}},{"@type":"Person","@id":"#ann","name":"Ann"}]}"##;
        let reading = read(text);
        assert_eq!(reading.drafts.len(), 3);
        assert_eq!(reading.drafts[0].state, State::Missing);
        assert_eq!(reading.drafts[1].author.as_deref(), Some("Ann"));
        assert_eq!(reading.drafts[2].parent, Parent::Post(reading.drafts[1].key.clone()));
    }

    #[test]
    fn comments_in_microdata_join_an_opening_in_json() {
        let comment = |id: u32, words: &str| {
            format!(
                "<a id=\"post{id}\"></a><div itemscope itemtype=\"http://schema.org/Comment\"><a itemprop=author itemscope itemtype=\"http://schema.org/Person\"> Bo </a><div itemprop=text>{words}</div></div>"
            )
        };
        let text = page(&format!("{OPENING}}}"))
            + &comment(11, "<p>No.</p>")
            + &comment(
                12,
                "<div class=\"bbQuote\"><div>Originally posted by <b>Ann</b> <a href=\"#post11\">x</a></div>Tea?</div>Yes.",
            );
        let reading = read(&text);
        let keys: Vec<&str> = reading.drafts.iter().map(|draft| draft.native_id.as_str()).collect();
        assert_eq!(keys[1..], ["11", "12"]);
        assert_eq!(reading.drafts[2].body.text(), "> Tea?\nYes.");
        let (_, quote, _) = reading.drafts[2].body.quotes().next().unwrap();
        assert_eq!((quote.author.as_deref(), quote.native_id.as_deref()), (Some("Ann"), Some("11")));
        assert_eq!(reading.drafts[2].parent, Parent::Quoted("11".to_owned()));
    }

    #[test]
    fn questions_that_a_site_asks_itself_are_no_discussion() {
        let faq = r#"{"@context":"https://schema.org","@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Open?","acceptedAnswer":{"@type":"Answer","text":"Daily."}}]}"#;
        assert_eq!(SchemaOrg.recognise(&document(&page(faq))), Recognition::No);
    }

    #[test]
    fn a_comment_that_begins_like_the_opening_is_kept_and_a_copy_of_it_is_not() {
        let comment =
            |words: &str| format!("{{\"@type\":\"Comment\",\"text\":\"{words}\",\"author\":\"Ann\"}}");
        let text =
            format!("{OPENING},\"comment\":[{},{}]}}", comment("Tea?"), comment("Tea? I&#039;d say so."));
        let reading = read(&text);
        assert_eq!(reading.drafts.len(), 2);
        assert_eq!(reading.drafts[1].body.text(), "Tea? I'd say so.");
    }

    #[test]
    fn a_list_of_other_discussions_is_not_this_one() {
        let text = page(&format!(
            r#"[{OPENING},"comment":{{"@type":"Comment","text":"no"}}}},{{"@type":"ItemList","itemListElement":[{{"@type":"Article","headline":"Else","text":"x"}},{{"@type":"DiscussionForumPosting","headline":"Other","text":"y"}}]}}]"#
        ));
        assert_eq!(read(&text).drafts.len(), 2);
    }
}

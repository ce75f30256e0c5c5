//! Stack Exchange: question pages of every age, the fragments with all comments of a post, and API answers.
//!
//! A comment answers the post under which it stands, unless it names the author of an earlier comment there.
//! Posts and comments number apart, so their keys differ. The page is asked for when the user gives an
//! address: the API allows few questions a day, and the page folds only the least voted comments.

mod api;
mod page;

use url::Url;

use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;

const NAME: &str = "stack_exchange";
const API: &str = "api.stackexchange.com";

/// The sites that are not below `stackexchange.com`.
const SITES: &[&str] = &[
    "askubuntu.com",
    "mathoverflow.net",
    "serverfault.com",
    "stackapps.com",
    "stackexchange.com",
    "stackoverflow.com",
    "superuser.com",
];

/// The reader of Stack Exchange.
pub(super) struct StackExchange;

impl Platform for StackExchange {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "Stack Exchange questions with answers and comments: pages, and answers of its API"
    }

    fn example(&self) -> &'static str {
        "https://stackoverflow.com/questions/11227809/title"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let host = url.host_str()?;
        if host == API {
            return Some(Request::json(api::with_words(url)));
        }
        let ours =
            |site: &&str| host.strip_suffix(*site).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'));
        SITES.iter().find(|site| ours(site))?;
        let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
        let mut url = url.clone();
        url.set_fragment(None);
        match parts.as_slice() {
            // The address of an answer or of a later page; the thread begins on the first.
            ["questions", id, rest @ ..] if is_number(id) => {
                let slug = rest.first().filter(|slug| !is_number(slug));
                url.set_path(&format!(
                    "/questions/{id}{}",
                    slug.map(|slug| format!("/{slug}")).unwrap_or_default()
                ));
                url.set_query(None);
                Some(Request::page(url))
            }
            ["q" | "a", id, ..] if is_number(id) => Some(Request::page(url)),
            ["posts", id, "comments"] if is_number(id) => Some(Request::page(url)),
            _ => None,
        }
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_json() {
            return api::recognise(document);
        }
        let marks = [
            ["data-questionid=", "post-layout"],
            ["data-questionid=", "post-text"],
            ["data-answerid=", "js-post-body"],
            ["data-comment-id=", "comment-copy"],
        ];
        let page =
            document.is_markup() && marks.iter().any(|both| both.iter().all(|mark| document.mentions(mark)));
        if page { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if document.is_json() { api::read(document) } else { page::read(document) }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The key of a question or an answer.
fn post_key(id: &str) -> String {
    format!("p{id}")
}

/// The key of a comment.
fn comment_key(id: &str) -> String {
    format!("c{id}")
}

/// Names in the comments of each post.
fn resolve_mentions(reading: &mut Reading) {
    super::mention::resolve(&mut reading.drafts, super::mention::Names::Squeezed, |draft| {
        draft.key.starts_with('c')
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> Option<String> {
        StackExchange.request(&Url::parse(url).unwrap()).map(|request| request.url.to_string())
    }

    #[test]
    fn the_address_of_an_answer_or_a_later_page_is_read_from_the_first_page() {
        let question = Some("https://cooking.stackexchange.com/questions/12/a-title".to_owned());
        assert_eq!(asked("https://cooking.stackexchange.com/questions/12/a-title/34?page=2#34"), question);
        assert_eq!(
            asked("https://superuser.com/questions/12/34").as_deref(),
            Some("https://superuser.com/questions/12")
        );
        assert_eq!(
            asked("https://es.stackoverflow.com/a/34/5").as_deref(),
            Some("https://es.stackoverflow.com/a/34/5")
        );
        assert_eq!(asked("https://stackoverflow.com/questions/tagged/rust"), None);
        assert_eq!(asked("https://notstackoverflow.com/questions/12/x"), None);
        assert_eq!(
            asked("https://api.stackexchange.com/2.3/questions/12?site=cooking").as_deref(),
            Some("https://api.stackexchange.com/2.3/questions/12?site=cooking&filter=withbody")
        );
    }
}

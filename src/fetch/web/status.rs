//! What a status means for somebody who wants to read a thread, and what to try.

use url::Url;

use super::pace;
use super::transport::Reply;
use crate::error::Error;
use crate::fetch::answer::Answer;

/// For those who may see the page.
const KNOWN: &str = "give the cookies of a browser that is logged in with --cookies FILE";

const SAVE_IT: &str = "open it in your browser, save the page and give the file instead";

/// The error of a reply that is no page.
pub(super) fn error(url: &Url, reply: Reply) -> Error {
    let (status, reason) = (reply.status, words(&reply));
    let shown = Answer {
        url: url.clone(),
        status,
        content_type: reply.content_type,
        fetched_at: None,
        bytes: reply.body,
    };
    // What cannot be read says nothing either.
    let body = shown.page().map(|page| page.text).unwrap_or_default();
    Error::Status { url: url.to_string(), status, reason, body }
}

fn words(reply: &Reply) -> String {
    let later = match reply.retry_after.as_deref() {
        Some(asked) => match pace::retry_after(asked, std::time::SystemTime::now()) {
            Some(pause) => format!("it asks to come back in {} s", pause.as_secs()),
            None => "try again later".to_owned(),
        },
        None => "try again later".to_owned(),
    };
    match reply.status {
        _ if reply.challenge => format!("a challenge for browsers stands before the page; {SAVE_IT}"),
        401 => format!("the page is for people who are logged in; {KNOWN}, or {SAVE_IT}"),
        407 => {
            "the proxy wants a user name and a password; set them in the proxy variable's address".to_owned()
        }
        402 => format!("the page is for people who pay; {SAVE_IT}"),
        403 => format!(
            "the server does not let this program read it, or it needs a login; {SAVE_IT}, or {KNOWN}"
        ),
        404 => "there is no such page; check the address".to_owned(),
        406 | 415 => "the server has the page in no form that can be read here".to_owned(),
        408 => "the server got tired of waiting for the request; try again later".to_owned(),
        410 => "the page was deleted".to_owned(),
        429 => format!("too many requests; {later}"),
        451 => format!("the page is withheld for legal reasons; {SAVE_IT}"),
        400..=499 => format!("the server does not accept the request; check the address, or {SAVE_IT}"),
        500 => "the server failed at making the page; try again later".to_owned(),
        502 | 504 => format!("the server behind this address does not answer; {later}"),
        503 => format!(
            "the server is overloaded or being repaired, or challenges browsers first; {later}, or {SAVE_IT}"
        ),
        501..=599 => format!("the server failed; {later}"),
        _ => "this is no status that a page comes with".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, retry_after: Option<&str>) -> String {
        let reply = Reply { status, retry_after: retry_after.map(str::to_owned), ..Reply::default() };
        error(&Url::parse("https://example.org/t/1").unwrap(), reply).to_string()
    }

    #[test]
    fn every_status_says_what_to_do_next() {
        for (status, words) in [
            (401, "logged in"),
            (403, "save the page"),
            (404, "check the address"),
            (410, "deleted"),
            (418, "does not accept"),
            (429, "too many requests"),
            (451, "legal"),
            (500, "try again later"),
            (503, "overloaded"),
            (520, "failed"),
            (304, "no status"),
        ] {
            let said = said(status, None);
            assert!(said.contains(words) && said.contains(&status.to_string()), "{said}");
        }
        assert!(said(429, Some("3600")).contains("come back in 3600 s"));
    }
}

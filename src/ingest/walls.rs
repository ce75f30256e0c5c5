//! Naming what stands in place of a thread: login pages, challenges, script shells, error pages.
//!
//! Asked only about documents in which no post was found, so a thread that merely talks about logging in
//! is never mistaken for a wall. Nothing here gets around one.

use scraper::Node;

use super::Document;

/// What was answered in place of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wall {
    /// Which wall it is.
    pub wall: &'static str,
    /// What the user can do.
    pub advice: &'static str,
}

/// Characters of visible words that a wall has at most. A longer page is an article or a thread of a kind
/// that is not known, and may well talk about being banned; of such a page only the beginning is judged.
const WORDS: usize = 9_000;

/// How much of a longer page is judged: its title and heading.
const BEGINNING: usize = 300;

/// Visible characters of a challenge at most. Its scripts are also put into the pages behind it.
const CHALLENGE_WORDS: usize = 1_500;

/// Below this many visible characters a page that loads scripts or styles is an empty shell.
const SHELL_WORDS: usize = 400;

const SAVE_IT: &str = "open it in a browser, save the page once it shows the posts, and give the saved file";

/// For those who may see the thread.
const LOG_IN: &str = "log in with a browser and give its cookies with --cookies FILE, or save the page and give \
                      the saved file";

/// Also said of walls that a click in a browser takes away for those who may pass.
const PASS_AND_SAVE: &str = "open it in a browser, save the page once it shows the posts, and give the saved \
                             file; or give the browser's cookies with --cookies FILE";

/// The words for a challenge, and who makes it. None is ever solved or gone around here.
macro_rules! challenge {
    () => {
        "the site answered with a challenge that tells browsers from programs"
    };
    ($who:literal) => {
        concat!("the site answered with a challenge that tells browsers from programs (", $who, ")")
    };
}

/// A kind of wall and the words that give it away.
struct Sign {
    wall: Wall,
    /// Looked for in the markup itself.
    marks: &'static [&'static str],
    /// Looked for in the words that are shown, in lower case.
    words: &'static [&'static str],
}

/// In the order in which they are tried: what names itself most exactly comes first.
static SIGNS: &[Sign] = &[
    Sign {
        wall: Wall { wall: "the site does not let this address or program in (Cloudflare)", advice: SAVE_IT },
        marks: &["cf-error-details", "cf-wrapper"],
        words: &["attention required! | cloudflare", "sorry, you have been blocked"],
    },
    Sign {
        wall: Wall { wall: challenge!("Cloudflare"), advice: SAVE_IT },
        marks: &["cf-chl", "_cf_chl_opt", "challenge-platform", "challenges.cloudflare.com"],
        words: &["just a moment..."],
    },
    Sign {
        wall: Wall { wall: challenge!("Anubis"), advice: SAVE_IT },
        marks: &["anubis_challenge", "/.within.website/", "techaro.lol/anubis"],
        words: &["making sure you're not a bot", "making sure you’re not a bot", "protected by anubis"],
    },
    Sign {
        wall: Wall { wall: challenge!("DDoS-Guard"), advice: SAVE_IT },
        marks: &["ddos-guard", "/.well-known/ddos-guard/"],
        words: &["ddos-guard"],
    },
    Sign {
        wall: Wall { wall: challenge!(), advice: SAVE_IT },
        marks: &[
            "px-captcha",
            "captcha-delivery.com",
            "_Incapsula_Resource",
            "awswaf.com",
            "g-recaptcha",
            "h-captcha",
            "/go-away/",
            "sgcaptcha",
        ],
        words: &[
            "checking your browser",
            "verify you are human",
            "verifying you are human",
            "verify that you are not a robot",
            "pardon our interruption",
            "blocked by network security",
            "are you a robot",
            "unusual traffic from your",
        ],
    },
    Sign {
        wall: Wall {
            wall: "the site says that it was asked too often",
            advice: "wait some minutes and ask again, more slowly (--wait SECONDS), or with the platform's API",
        },
        marks: &[],
        words: &[
            "whoa there, pardner",
            "too many requests",
            "rate limit",
            "rate-limit",
            "slow down",
            "try again in a few minutes",
            "exceeded the number of requests",
            "not able to serve your requests this quickly",
        ],
    },
    Sign {
        wall: Wall {
            wall: "the site says that this account or address is banned",
            advice: "use another account, or give a page that somebody else saved",
        },
        marks: &[],
        words: &[
            "your ip has been banned",
            "your ip address has been banned",
            "you've been banned",
            "you have been banned",
            "you are banned",
            "account has been suspended",
            "to check why you were banned",
        ],
    },
    Sign {
        wall: Wall { wall: "the site asks whether the reader is old enough", advice: PASS_AND_SAVE },
        marks: &[],
        words: &[
            "over 18?",
            "you must be 18",
            "you must be at least 18",
            "are you 18",
            "are you over eighteen",
            "age verification",
            "verify your age",
            "confirm your age",
            "adult content",
        ],
    },
    Sign {
        wall: Wall { wall: "the site has no such thread", advice: "check the address" },
        marks: &[],
        words: &[
            "page not found",
            "404 not found",
            "error 404",
            "no such item",
            "couldn't find that page",
            "topic does not exist",
            "thread does not exist",
            "thread could not be found",
            "doesn't exist or is private",
            "couldnt_find_post",
        ],
    },
    Sign {
        wall: Wall { wall: "the site wants a login before it shows the thread", advice: LOG_IN },
        marks: &[],
        words: &[
            "must be logged in",
            "need to be logged in",
            "log in to view",
            "log in to continue",
            "please log in",
            "please login",
            "you are not logged in",
            "sign in to continue",
            "must be registered",
            "must register",
            "need to register",
            "how to register an account",
            "register to view",
            "login required",
            "not_logged_in",
            "members only",
            "this community is private",
        ],
    },
    Sign {
        wall: Wall { wall: "the site's database did not answer", advice: "ask again later" },
        marks: &[],
        words: &[
            "database error",
            "establishing a database connection",
            "could not connect to the database",
            "too many connections",
            "there seems to have been a problem with the database",
            "mysql error",
            "sqlstate",
            "general error",
        ],
    },
    Sign {
        wall: Wall {
            wall: "the site refuses to show this page",
            advice: "check that the thread can be seen without an account, or give a page saved from a browser",
        },
        marks: &[],
        words: &[
            "access denied",
            "403 forbidden",
            "\"error\": 403",
            "\"error\":403",
            "do not have permission",
            "not authorized",
        ],
    },
    Sign {
        wall: Wall { wall: "the site is not working at the moment", advice: "ask again later" },
        marks: &[],
        words: &[
            "down for maintenance",
            "maintenance mode",
            "temporarily unavailable",
            "502 bad gateway",
            "503 service",
            "504 gateway",
            "under maintenance",
            "board is currently disabled",
            "currently unavailable",
            "internal server error",
        ],
    },
    Sign {
        wall: Wall { wall: "the site asks for consent to cookies first", advice: PASS_AND_SAVE },
        marks: &["consent.google", "consent.yahoo"],
        words: &["before you continue", "we value your privacy", "accept all cookies", "cookie consent"],
    },
    Sign {
        wall: Wall {
            wall: "this is a Discourse page whose posts only a script would load",
            advice: "add .json to the topic's address, or give a page saved from a browser",
        },
        marks: &["content=\"Discourse", "discourse-assets"],
        words: &[],
    },
    Sign {
        wall: Wall { wall: "the page is an empty shell that only a script would fill", advice: SAVE_IT },
        marks: &[],
        words: &[
            "enable javascript",
            "requires javascript",
            "javascript is required",
            "javascript is disabled",
            "turn on javascript",
        ],
    },
];

/// The wall that a document without posts is; `None` when nothing gives it away.
pub(super) fn diagnose(document: &Document) -> Option<Wall> {
    let mut words = visible_words(document);
    let is_short = words.len() < CHALLENGE_WORDS;
    if words.len() > WORDS {
        words = words.chars().take(BEGINNING).collect();
    }
    let marked = |sign: &Sign| is_short && sign.marks.iter().any(|mark| document.mentions(mark));
    let says = |sign: &Sign| sign.words.iter().any(|word| words.contains(word));
    let found = SIGNS.iter().find(|sign| marked(sign) || says(sign));
    let is_shell = || document.is_markup() && words.len() < SHELL_WORDS && document.mentions("<script");
    let shell = || {
        let empty =
            Wall { wall: "the page is an empty shell that only a script would fill", advice: SAVE_IT };
        is_shell().then_some(empty)
    };
    found.map(|sign| sign.wall).or_else(shell)
}

/// What a reader would see, title first, in lower case; of a document without markup its beginning.
fn visible_words(document: &Document) -> String {
    let mut words = String::new();
    match document.html() {
        Ok(html) if document.is_markup() => {
            for node in html.tree.nodes() {
                let Node::Text(text) = node.value() else { continue };
                let parent = node.parent().and_then(|parent| parent.value().as_element().map(|of| of.name()));
                if matches!(parent, Some("script" | "style" | "template")) {
                    continue;
                }
                for word in text.split_whitespace() {
                    words.push_str(&word.to_lowercase());
                    words.push(' ');
                }
                if words.len() > WORDS {
                    break;
                }
            }
        }
        _ => words.extend(document.start().chars().take(2_000).flat_map(char::to_lowercase)),
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn wall(text: &str) -> Option<&'static str> {
        diagnose(&Document::new(Page { text: text.to_owned(), ..Page::default() }, None))
            .map(|found| found.wall)
    }

    #[test]
    fn each_wall_is_named() {
        let cases = [
            (
                "<title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script>",
                "(Cloudflare)",
            ),
            ("<title>Making sure you&#39;re not a bot!</title>", "Anubis"),
            ("<title>DDOS-GUARD</title><p>Checking your browser before accessing", "DDoS-Guard"),
            ("<title>Attention Required! | Cloudflare</title>", "does not let"),
            ("<h1>Sorry, you have been blocked</h1>", "does not let"),
            ("<div class=\"g-recaptcha\"></div>", "challenge"),
            ("Your IP address has been banned.", "banned"),
            ("<h1>We value your privacy</h1>", "consent"),
            ("<h1>whoa there, pardner!</h1>", "too often"),
            ("<h3>Sorry, we're not able to serve\n your requests this quickly.</h3>", "too often"),
            ("<p>You must be logged in to do that.</p>", "login"),
            ("<h1>Are you over eighteen?</h1>", "old enough"),
            ("<h1>Page Not Found</h1>", "no such thread"),
            ("<h1>Database error</h1>", "database"),
            ("<meta name=generator content=\"Discourse 3.4\"><body></body>", "Discourse"),
            ("<div id=root></div><script src=app.js></script>", "shell"),
            ("{\"message\": \"Too Many Requests\", \"error\": 429}", "too often"),
        ];
        for (page, expected) in cases {
            assert!(wall(page).is_some_and(|wall| wall.contains(expected)), "{page}: {:?}", wall(page));
        }
    }

    #[test]
    fn a_page_about_something_else_is_no_wall() {
        assert_eq!(wall("<p>An article about gardening, with no comments below it.</p>"), None);
    }
}

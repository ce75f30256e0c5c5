//! How the fetcher treats sites: their robots.txt, their pace, their wish to be left alone.

use std::cell::RefCell;
use std::rc::Rc;

use rejoinder::fetch::{Happening, Waiting, Why};

use super::*;

/// A web and the pauses that it announces.
fn watched(settings: Settings) -> (Web, Rc<RefCell<Vec<Waiting>>>) {
    let pauses = Rc::new(RefCell::new(Vec::new()));
    let log = pauses.clone();
    let web = Web::new(
        settings,
        Box::new(move |happening| {
            if let Happening::Waiting(waiting) = happening {
                log.borrow_mut().push(waiting.clone());
            }
        }),
    )
    .unwrap();
    (web, pauses)
}

#[test]
fn a_busy_server_is_asked_again_when_it_says() {
    let server = Server::start(|asked| match (asked.path.as_str(), asked.before) {
        ("/robots.txt", _) => Reply::not_found(),
        (_, 0) => Reply::new(429, "slow down").with("Retry-After", "1"),
        (_, 1) => Reply::new(503, "busy").with("Retry-After", "0"),
        _ => Reply::html("at last"),
    });
    let (web, pauses) = watched(settings());
    assert_eq!(web.fetch(&request(&server.url("/t"))).unwrap().text, "at last");
    let pauses = pauses.borrow();
    assert_eq!(pauses.len(), 1);
    assert_eq!((pauses[0].pause, pauses[0].why), (Duration::from_secs(1), Why::RetryAfter));
    assert_eq!(pauses[0].host, "127.0.0.1");
}

#[test]
fn a_storm_of_503_ends_after_a_few_growing_pauses() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        _ => Reply::new(503, "busy"),
    });
    let (web, pauses) = watched(Settings { wait: Duration::from_millis(10), ..settings() });
    let said = reason(web.fetch(&request(&server.url("/t"))));
    assert!(said.contains("503") && said.contains("overloaded"), "{said}");
    assert_eq!(server.paths().len(), 1 + 4);
    let backed_off: Vec<u128> =
        pauses.borrow().iter().filter(|p| p.why == Why::BackOff).map(|p| p.pause.as_millis()).collect();
    assert_eq!(backed_off, [20, 40, 80]);
}

#[test]
fn a_wish_for_too_long_a_pause_is_told_instead_of_sat_out() {
    for (after, settings) in
        [("86400", settings()), ("100", Settings { max_time: Duration::from_secs(90), ..settings() })]
    {
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/robots.txt" => Reply::not_found(),
            _ => Reply::new(429, "").with("Retry-After", after),
        });
        let said = reason(get_with(settings, &server.url("/t")));
        assert!(said.contains(&format!("come back in {after} s")), "{said}");
        assert_eq!(server.paths().len(), 2);
    }
}

#[test]
fn other_errors_are_not_asked_again_and_say_what_to_do() {
    for (status, words) in
        [(401, "logged in"), (403, "save the page"), (404, "no such page"), (410, "deleted"), (500, "failed")]
    {
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/robots.txt" => Reply::not_found(),
            _ => Reply::new(status, "no"),
        });
        let error = get(&server.url("/t")).unwrap_err();
        assert!(matches!(error, Error::Status { status: said, .. } if said == status), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(server.paths().len(), 2);
    }
}

#[test]
fn requests_to_one_host_keep_their_distance() {
    let server = Server::start(|_| Reply::html("User-agent: *\nCrawl-delay: 1"));
    let (web, pauses) = watched(Settings { wait: Duration::from_millis(30), ..settings() });
    web.fetch(&request(&server.url("/1"))).unwrap();
    assert!(pauses.borrow().is_empty(), "the first request waits for nothing");
    web.fetch(&request(&server.url("/2"))).unwrap();
    let pauses = pauses.borrow();
    assert_eq!(pauses.len(), 1);
    assert_eq!(pauses[0].why, Why::CrawlDelay);
    assert!(pauses[0].pause <= Duration::from_secs(1));
    assert_eq!(server.paths(), ["/robots.txt", "/1", "/2"]);
}

#[test]
fn robots_txt_is_read_once_for_a_site_and_kept_to() {
    let rules = "User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /private\nAllow: /private/open";
    let server = Server::with_pages(&[
        ("/robots.txt", Reply::text(rules)),
        ("/t", Reply::redirect("/private/open")),
        ("/private/open", Reply::html("open")),
        ("/private/1", Reply::html("closed")),
        ("/aside", Reply::redirect("/private/1")),
    ]);
    let web = web(settings());
    assert_eq!(web.fetch(&request(&server.url("/t"))).unwrap().text, "open");
    for path in ["/private/1", "/aside"] {
        let error = web.fetch(&request(&server.url(path))).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        assert!(
            error.to_string().contains("robots.txt") && error.to_string().contains("--ignore-robots"),
            "{error}"
        );
    }
    assert_eq!(server.paths(), ["/robots.txt", "/t", "/private/open", "/aside"]);
    let ignoring = Settings { ignore_robots: true, ..settings() };
    assert_eq!(get_with(ignoring, &server.url("/private/1")).unwrap().text, "closed");
}

#[test]
fn a_robots_txt_that_cannot_be_read_stops_the_visit_unless_ignored() {
    for robots in
        [Reply::new(500, ""), Reply::cut("User-agent"), Reply::new(503, "").with("Retry-After", "9999")]
    {
        let server = Server::with_pages(&[("/robots.txt", robots), ("/t", Reply::html("hi"))]);
        let said = reason(get(&server.url("/t")));
        assert!(said.contains("robots.txt") && said.contains("--ignore-robots"), "{said}");
        assert!(!server.paths().contains(&"/t".to_owned()));
        let ignoring = Settings { ignore_robots: true, ..settings() };
        assert_eq!(get_with(ignoring, &server.url("/t")).unwrap().text, "hi");
    }
    for robots in [Reply::not_found(), Reply::new(403, ""), Reply::redirect("/robots.txt")] {
        let server = Server::with_pages(&[("/robots.txt", robots), ("/t", Reply::html("hi"))]);
        assert_eq!(get(&server.url("/t")).unwrap().text, "hi");
    }
}

#[test]
fn a_huge_robots_txt_is_read_only_at_its_start() {
    let mut rules = "User-agent: *\nDisallow: /first\n".to_owned();
    rules.push_str(&"# padding\n".repeat(60_000));
    rules.push_str("Disallow: /last\n");
    let server = Server::with_pages(&[("/robots.txt", Reply::text(&rules)), ("/last", Reply::html("hi"))]);
    assert_eq!(get(&server.url("/last")).unwrap().text, "hi");
    assert!(reason(get(&server.url("/first"))).contains("robots.txt"));
}

//! The web fetcher against servers that misbehave: every one ends in a page or in a clear error, soon.

#[path = "http/credentials.rs"]
mod credentials;
#[path = "http/keeping.rs"]
mod keeping;
#[path = "http/limits.rs"]
mod limits;
#[path = "http/politeness.rs"]
mod politeness;
#[path = "support/mod.rs"]
mod support;

use std::time::Duration;

use rejoinder::error::{Error, Result};
use rejoinder::fetch::{Fetcher, Media, Page, Recorder, Request, Settings, Source, Wants, Web, load};
use support::server::{Reply, Server};
use url::Url;

fn settings() -> Settings {
    Settings { allow_private: true, wait: Duration::ZERO, ..Settings::default() }
}

fn web(settings: Settings) -> Web {
    Web::new(settings, Box::new(|_| {})).unwrap()
}

fn request(url: &str) -> Request {
    Request { url: Url::parse(url).unwrap(), wants: Wants::Html }
}

fn get_with(settings: Settings, url: &str) -> Result<Page> {
    web(settings).fetch(&request(url))
}

fn get(url: &str) -> Result<Page> {
    get_with(settings(), url)
}

fn reason(result: Result<Page>) -> String {
    match result {
        Ok(page) => panic!("there is a page: {:.200}", page.text),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_page_comes_with_its_address_kind_and_time() {
    let server = Server::with_pages(&[("/t/1?page=2", Reply::html("<p>café"))]);
    let page = get(&format!("{}#post-9", server.url("/t/1?page=2"))).unwrap();
    assert_eq!((page.text.as_str(), page.media, page.lossy), ("<p>café", Media::Html, false));
    assert_eq!(page.url.unwrap().as_str(), server.url("/t/1?page=2"));
    assert!(page.fetched_at.is_some());
}

#[test]
fn requests_say_honestly_who_asks_and_for_what() {
    let server = Server::start(|_| Reply::json("{}"));
    let web = web(settings());
    web.fetch(&Request::page(Url::parse(&server.url("/a")).unwrap())).unwrap();
    web.fetch(&Request::json(Url::parse(&server.url("/b")).unwrap())).unwrap();
    let asked = server.asked();
    let page = asked.iter().find(|asked| asked.path == "/a").unwrap();
    let json = asked.iter().find(|asked| asked.path == "/b").unwrap();
    assert!(page.header("user-agent").unwrap().starts_with("rejoinder/"));
    assert!(page.header("accept").unwrap().starts_with("text/html"));
    assert!(json.header("accept").unwrap().starts_with("application/json"));
    assert!(page.header("cookie").is_none() && page.header("referer").is_none());
}

#[test]
fn redirects_are_followed_and_the_last_address_is_the_pages() {
    let server = Server::with_pages(&[
        ("/old/1", Reply::redirect("../new/1?x=1#frag")),
        ("/new/1?x=1", Reply::redirect("/t/1")),
        ("/t/1", Reply::html("here")),
    ]);
    assert_eq!(get(&server.url("/old/1")).unwrap().url.unwrap().as_str(), server.url("/t/1"));
}

#[test]
fn redirects_that_never_end_are_an_error() {
    let circle = Server::with_pages(&[("/a", Reply::redirect("/b")), ("/b", Reply::redirect("/a"))]);
    assert!(reason(get(&circle.url("/a"))).contains("circle"));

    let endless = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        path => Reply::redirect(&format!("{path}x")),
    });
    let said = reason(get_with(Settings { max_redirects: 3, ..settings() }, &endless.url("/")));
    assert!(said.contains("more than 3 times") && said.contains("--max-redirects"), "{said}");
    assert_eq!(endless.paths().len(), 1 + 4);
}

#[test]
fn redirects_to_the_metadata_service_and_to_other_schemes_are_refused() {
    for to in [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://2852039166/",
        "http://0.0.0.0/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1/",
        "data:text/html,hi",
    ] {
        let server = Server::with_pages(&[("/", Reply::redirect(to))]);
        let error = get(&server.url("/")).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{to}: {error}");
    }
    let nowhere =
        Server::with_pages(&[("/", Reply::new(302, "")), ("/bad", Reply::redirect("http://[nonsense"))]);
    assert!(reason(get(&nowhere.url("/"))).contains("without saying where"));
    assert!(reason(get(&nowhere.url("/bad"))).contains("no address"));
}

#[test]
fn private_addresses_are_refused_unless_allowed() {
    let server = Server::with_pages(&[("/", Reply::html("inside"))]);
    let closed = Settings { allow_private: false, ..settings() };
    for url in [server.url("/"), format!("http://localhost:{}/", server.port())] {
        let error = get_with(closed.clone(), &url).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        assert!(error.to_string().contains("--allow-private"), "{error}");
    }
    assert!(server.paths().is_empty(), "nothing was asked, not even robots.txt");
    assert_eq!(get(&format!("http://localhost:{}/", server.port())).unwrap().text, "inside");
}

#[test]
fn character_sets_are_taken_from_header_mark_and_page() {
    let server = Server::with_pages(&[
        (
            "/header",
            Reply::new(200, &b"caf\xE9 \x93x\x94"[..]).with("Content-Type", "text/html; charset=ISO-8859-1"),
        ),
        (
            "/meta",
            Reply::new(200, &b"<meta charset=koi8-r>\xD0\xD2\xC9"[..]).with("Content-Type", "text/html"),
        ),
        (
            "/wrong",
            Reply::new(200, &b"<meta charset=windows-1251>\xCF\xF0"[..])
                .with("Content-Type", "text/html; charset=utf-8"),
        ),
        ("/mark", Reply::new(200, &b"\xFF\xFEh\0i\0"[..]).with("Content-Type", "text/html")),
    ]);
    assert_eq!(get(&server.url("/header")).unwrap().text, "café “x”");
    assert!(get(&server.url("/meta")).unwrap().text.ends_with("при"));
    assert!(get(&server.url("/wrong")).unwrap().text.ends_with("Пр"));
    assert_eq!(get(&server.url("/mark")).unwrap().text, "hi");
}

#[test]
fn answers_that_are_no_text_are_errors() {
    let server = Server::with_pages(&[
        ("/picture", Reply::new(200, "x").with("Content-Type", "image/png")),
        ("/unlabelled", Reply::new(200, &b"%PDF-1.7 ..."[..])),
        ("/empty", Reply::html("")),
    ]);
    assert!(reason(get(&server.url("/picture"))).contains("picture"));
    assert!(reason(get(&server.url("/unlabelled"))).contains("PDF"));
    assert!(reason(get(&server.url("/empty"))).contains("empty"));
}

#[test]
fn a_host_where_nobody_listens_is_an_error_about_the_page() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/t", listener.local_addr().unwrap());
    drop(listener);
    let said = reason(get(&url));
    assert!(said.contains(&url) && said.contains("nothing answers"), "{said}");
    let said = reason(get("http://no-such-host.invalid/t"));
    assert!(said.contains("name cannot be resolved"), "{said}");
}

#[test]
fn a_host_that_speaks_something_else_is_an_error_that_says_so() {
    let server = Server::start(|_| Reply::raw(b"220 mail.example.org ESMTP\r\n"));
    assert!(reason(get(&server.url("/t"))).contains("does not speak HTTP"));
    let plain = Server::with_pages(&[("/t", Reply::html("hi"))]);
    let said = reason(get(&plain.url("/t").replace("http:", "https:")));
    assert!(said.contains("secure connection"), "{said}");
}

#[test]
fn a_recording_answers_in_place_of_the_web() {
    let server = Server::with_pages(&[
        ("/t/1", Reply::redirect("/t/1/title")),
        ("/t/1/title", Reply::new(200, &b"caf\xE9"[..]).with("Content-Type", "text/html; charset=latin1")),
        ("/t/1?page=2", Reply::html("<p>second")),
    ]);
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("saved");
    let recorder = Recorder::new(web(settings()), &folder).unwrap();
    let live = recorder.fetch(&request(&server.url("/t/1"))).unwrap();
    recorder.fetch(&request(&server.url("/t/1?page=2"))).unwrap();
    assert!(recorder.fetch(&request(&server.url("/gone"))).is_err());
    let asked = server.paths().len();

    let source = Source::parse(&folder, None).unwrap();
    let pages = load(&source, &Settings::default()).unwrap();
    assert_eq!(pages.len(), 1);
    assert_eq!((&pages[0].text, &pages[0].url, pages[0].media), (&live.text, &live.url, live.media));
    assert_eq!(pages[0].fetched_at, live.fetched_at);
    let saved = source.recording(&Settings::default()).unwrap().unwrap();
    assert_eq!(saved.fetch(&request(&server.url("/t/1?page=2"))).unwrap().text, "<p>second");
    let missing = saved.fetch(&request(&server.url("/t/1?page=3"))).unwrap_err();
    assert!(matches!(missing, Error::NotSaved { .. }), "{missing}");
    assert_eq!(server.paths().len(), asked, "nothing was asked again");
}

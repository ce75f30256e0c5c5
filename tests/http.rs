//! The web fetcher against servers that misbehave: every one ends in a page or in a clear error, soon.

#[path = "support/mod.rs"]
mod support;

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use rejoinder::error::{Error, Result};
use rejoinder::fetch::{
    Fetcher, Media, Page, Recorder, Request, Settings, Source, Waiting, Wants, Web, Why, load,
};
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

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Pauses that were announced.
fn watched(settings: Settings) -> (Web, Rc<RefCell<Vec<Waiting>>>) {
    let pauses = Rc::new(RefCell::new(Vec::new()));
    let log = pauses.clone();
    let web = Web::new(settings, Box::new(move |waiting| log.borrow_mut().push(waiting.clone()))).unwrap();
    (web, pauses)
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
        [("86400", settings()), ("5", Settings { max_time: Duration::from_secs(3), ..settings() })]
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
    let server = Server::start(|_| Reply::html("User-agent: *\nCrawl-delay: 0.05"));
    let (web, pauses) = watched(Settings { wait: Duration::from_millis(30), ..settings() });
    web.fetch(&request(&server.url("/1"))).unwrap();
    assert!(pauses.borrow().is_empty(), "the first request waits for nothing");
    web.fetch(&request(&server.url("/2"))).unwrap();
    let pauses = pauses.borrow();
    assert_eq!(pauses.len(), 1);
    assert_eq!(pauses[0].why, Why::CrawlDelay);
    assert!(pauses[0].pause <= Duration::from_millis(50));
    assert_eq!(server.paths(), ["/robots.txt", "/1", "/2"]);
}

#[test]
fn slow_and_silent_servers_run_into_the_time_limit() {
    let quick = Settings { timeout: Duration::from_millis(300), ignore_robots: true, ..settings() };
    for reply in [Reply::endless("x", Duration::from_millis(20)), Reply::silence()] {
        let server = Server::start(move |_| reply.clone());
        let said = reason(get_with(quick.clone(), &server.url("/")));
        assert!(said.contains("--timeout"), "{said}");
        let short = Settings { max_time: Duration::from_millis(200), ..quick.clone() };
        let said = reason(get_with(short, &server.url("/")));
        assert!(said.contains("--max-time"), "{said}");
    }
}

#[test]
fn time_in_all_is_counted_over_all_requests() {
    let server = Server::start(|_| Reply::html("hi"));
    let limits =
        Settings { wait: Duration::from_millis(80), max_time: Duration::from_millis(150), ..settings() };
    let web = web(limits);
    let outcomes: Vec<Result<Page>> =
        (0..4).map(|n| web.fetch(&request(&server.url(&format!("/{n}"))))).collect();
    assert!(outcomes[0].is_ok());
    assert!(reason(outcomes.into_iter().next_back().unwrap()).contains("--max-time"));
}

#[test]
fn a_body_without_end_stops_at_the_limit() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        _ => Reply::endless(&"spam ".repeat(10_000), Duration::ZERO),
    });
    let error = get_with(Settings { max_bytes: 1 << 20, ..settings() }, &server.url("/")).unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 1_048_576, flag: "--max-bytes", .. }), "{error}");
}

#[test]
fn a_bomb_stops_at_the_limit_however_it_is_packed() {
    let zeros = vec![0u8; 64 << 20];
    let zstandard = zstd::stream::encode_all(zeros.as_slice(), 1).unwrap();
    for (encoding, packed) in [("gzip", gzip(&zeros)), ("zstd", zstandard), ("", gzip(&zeros))] {
        let mut reply = Reply::new(200, packed).with("Content-Type", "text/html");
        if !encoding.is_empty() {
            reply = reply.with("Content-Encoding", encoding);
        }
        let server = Server::with_pages(&[("/", reply)]);
        let error = get_with(Settings { max_bytes: 1 << 20, ..settings() }, &server.url("/")).unwrap_err();
        assert!(matches!(error, Error::TooLarge { .. }), "{encoding}: {error}");
    }
}

#[test]
fn packed_answers_and_packed_files_are_unpacked() {
    let server = Server::with_pages(&[
        ("/answer", Reply::new(200, gzip(b"<p>hi")).with("Content-Encoding", "gzip")),
        (
            "/zstd",
            Reply::new(200, zstd::stream::encode_all(&b"<p>hi"[..], 1).unwrap())
                .with("Content-Encoding", "zstd"),
        ),
        (
            "/2024-January.mbox.gz",
            Reply::new(200, gzip(b"From a")).with("Content-Type", "application/x-gzip"),
        ),
    ]);
    assert_eq!(get(&server.url("/answer")).unwrap().text, "<p>hi");
    assert_eq!(get(&server.url("/zstd")).unwrap().text, "<p>hi");
    let archive = get(&server.url("/2024-January.mbox.gz")).unwrap();
    assert_eq!((archive.text.as_str(), archive.media), ("From a", Media::Mbox));
    assert!(server.asked()[0].header("accept-encoding").unwrap().contains("gzip"));
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_once_more_and_then_an_error() {
    let text: Vec<u8> =
        (0..20_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_string().into_bytes()).collect();
    let packed = gzip(&text);
    let torn = packed[..packed.len() / 2].to_vec();
    for reply in [
        Reply::cut("<p>half a pa"),
        Reply::nothing(),
        Reply::new(200, torn).with("Content-Encoding", "gzip"),
        Reply::new(200, "no gzip at all").with("Content-Encoding", "gzip"),
    ] {
        let broken = reply.clone();
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/robots.txt" => Reply::not_found(),
            _ => broken.clone(),
        });
        let said = reason(get(&server.url("/t")));
        assert!(said.contains("broke off"), "{said}");
        assert!(said.contains(&server.url("/t")), "{said}");

        let recovering = Server::start(move |asked| match (asked.path.as_str(), asked.before) {
            ("/robots.txt", _) => Reply::not_found(),
            (_, 0) => reply.clone(),
            _ => Reply::html("whole"),
        });
        assert_eq!(get(&recovering.url("/t")).unwrap().text, "whole");
    }
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

/// Not a test of its own: what a child process with another environment does.
#[test]
#[ignore = "other tests run it as a child"]
fn child_that_asks() {
    let url = std::env::var("REJOINDER_TEST_URL").unwrap();
    let outcome = get_with(Settings { max_bytes: 1 << 20, ..settings() }, &url);
    println!("outcome: {}", outcome.map_or_else(|error| error.to_string(), |page| page.text));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    println!("peak: {}", peak.unwrap_or("0"));
}

/// What a child process says about this address, and its peak memory in MiB (0 where that is unknown).
fn ask_as_child(url: &str, environment: &[(&str, &str)]) -> (String, u64) {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_asks", "--ignored", "--nocapture"])
        .env("REJOINDER_TEST_URL", url)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout).into_owned();
    let value =
        |key: &str| output.lines().find_map(|line| line.split_once(key)).map(|(_, value)| value.to_owned());
    (value("outcome: ").unwrap_or_default(), value("peak: ").unwrap().parse::<u64>().unwrap() / 1024)
}

#[test]
fn proxies_of_the_environment_are_not_used() {
    let proxy = Server::start(|_| Reply::html("through the proxy"));
    let server = Server::with_pages(&[("/t", Reply::html("directly"))]);
    let address = proxy.url("");
    let environment =
        [("HTTP_PROXY", &*address), ("http_proxy", &*address), ("ALL_PROXY", &*address), ("NO_PROXY", "")];
    assert_eq!(ask_as_child(&server.url("/t"), &environment).0, "directly");
    assert!(proxy.paths().is_empty());
}

#[test]
fn a_bomb_never_sits_in_memory() {
    let zeros = vec![0u8; 256 << 20];
    let zstandard = zstd::stream::encode_all(zeros.as_slice(), 1).unwrap();
    for (encoding, packed) in [("gzip", gzip(&zeros)), ("zstd", zstandard)] {
        let server = Server::with_pages(&[("/", Reply::new(200, packed).with("Content-Encoding", encoding))]);
        let (said, peak) = ask_as_child(&server.url("/"), &[]);
        assert!(said.contains("--max-bytes"), "{said}");
        assert!(peak < 100, "{encoding}: {peak} MiB");
    }
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

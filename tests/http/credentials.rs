//! Cookies, headers and proxies: what is sent to whom.

use rejoinder::fetch::{Credentials, Header, Proxies};

use super::*;

fn jar(server: &Server, lines: &str) -> Settings {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines).unwrap();
    let owner = Url::parse(&server.url("/")).unwrap();
    let credentials = Credentials::for_host_of(&owner).with_cookie_file(file.path()).unwrap();
    let header = Header::parse("Authorization: Bearer secret").unwrap();
    Settings { credentials: credentials.with_header(header), ..settings() }
}

const COOKIES: &str = "# Netscape HTTP Cookie File\n\
    127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tabc\n\
    #HttpOnly_127.0.0.1\tFALSE\t/members\tFALSE\t9999999999\tmember\tyes\n\
    127.0.0.1\tFALSE\t/\tTRUE\t0\tsafe\tno\n\
    127.0.0.1\tFALSE\t/\tFALSE\t1000000000\told\tno\n";

/// A forum that shows its threads to those who are logged in.
fn forum() -> Server {
    Server::start(|asked| match (asked.path.as_str(), asked.header("cookie")) {
        ("/robots.txt", _) => Reply::not_found(),
        (_, Some(cookie)) => Reply::html(&format!("<p>{cookie}; {}", asked.header("authorization").unwrap())),
        (_, None) => Reply::redirect("/t/1").with("Set-Cookie", "test=1"),
    })
}

#[test]
fn a_thread_that_needs_cookies_is_read_with_them_and_says_so_without() {
    let server = forum();
    let said = reason(get(&server.url("/t/1")));
    assert!(said.contains("circle") && said.contains("--cookies"), "{said}");
    let settings = jar(&server, COOKIES);
    let web = web(settings);
    assert_eq!(web.fetch(&request(&server.url("/t/1"))).unwrap().text, "<p>session=abc; Bearer secret");
    let members = web.fetch(&request(&server.url("/members/1"))).unwrap().text;
    assert_eq!(members, "<p>member=yes; session=abc; Bearer secret");
    let robots = server.asked().into_iter().find(|asked| asked.path == "/robots.txt").unwrap();
    assert_eq!(robots.header("cookie"), None, "the rules are for everybody");
}

#[test]
fn cookies_and_headers_do_not_follow_a_redirect_or_a_link_to_another_host() {
    let other = Server::start(|asked| {
        Reply::html(&format!("{:?} {:?}", asked.header("cookie"), asked.header("authorization")))
    });
    for to in [other.url("/in"), format!("http://localhost:{}/in", other.port())] {
        let server = Server::with_pages(&[("/out", Reply::redirect(&to))]);
        let web = web(jar(&server, COOKIES));
        assert_eq!(web.fetch(&request(&server.url("/out"))).unwrap().text, "None None");
        assert_eq!(web.fetch(&request(&to)).unwrap().text, "None None");
        assert!(server.asked().iter().any(|asked| asked.header("cookie").is_some()));
    }
}

#[test]
fn cookies_for_other_hosts_only_are_an_error_that_names_the_host() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), COOKIES).unwrap();
    let owner = Url::parse("https://forum.example/t/1").unwrap();
    let said = Credentials::for_host_of(&owner).with_cookie_file(file.path()).unwrap_err().to_string();
    assert!(said.contains("forum.example"), "{said}");
    let said = Credentials::for_host_of(&owner).with_cookie_file("/no/such/file".as_ref()).unwrap_err();
    assert!(matches!(said, Error::File { .. }), "{said}");
}

fn through(proxy: &Server) -> Settings {
    let address = proxy.url("").replace("http://", "http://me:secret@");
    let proxies = Proxies::from_variables(|name| (name == "http_proxy").then(|| address.clone())).unwrap();
    Settings { proxies, allow_private: false, ..settings() }
}

#[test]
fn a_proxy_is_asked_for_public_names_only() {
    let proxy = Server::start(|asked| match asked.path.as_str() {
        "http://forum.invalid/robots.txt" => Reply::not_found(),
        _ => Reply::html("through the proxy"),
    });
    let web = web(through(&proxy));
    assert_eq!(web.fetch(&request("http://forum.invalid/t")).unwrap().text, "through the proxy");
    assert_eq!(proxy.paths(), ["http://forum.invalid/robots.txt", "http://forum.invalid/t"]);
    assert!(proxy.asked()[0].header("proxy-authorization").is_some());
    for inside in [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://router/",
        "http://nas.local/",
        "http://metadata.google.internal/",
        "http://fritz.home.arpa/",
        "http://localhost/",
        "http://127.0.0.1/",
    ] {
        let error = web.fetch(&request(inside)).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{inside}: {error}");
    }
    assert_eq!(proxy.paths().len(), 2, "the proxy was asked for none of them");
}

#[test]
fn a_redirect_behind_a_proxy_does_not_lead_inside() {
    let proxy = Server::start(|asked| match asked.path.ends_with("robots.txt") {
        true => Reply::not_found(),
        false => Reply::redirect("http://intranet/secret"),
    });
    let error = web(through(&proxy)).fetch(&request("http://forum.invalid/t")).unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");
}

#[test]
fn a_proxy_that_does_not_answer_is_named_without_its_password() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://me:secret@{}", listener.local_addr().unwrap());
    drop(listener);
    let proxies = Proxies::from_variables(|name| (name == "ALL_PROXY").then(|| address.clone())).unwrap();
    for url in ["http://forum.invalid/t", "https://forum.invalid/t"] {
        let settings = Settings { proxies: proxies.clone(), ..settings() };
        let said = reason(get_with(settings, url));
        assert!(said.contains("through the proxy") && !said.contains("secret"), "{said}");
    }
}

#[test]
fn this_machine_is_never_asked_through_a_proxy() {
    let proxy = Server::start(|_| Reply::html("through the proxy"));
    let server = Server::with_pages(&[("/t", Reply::html("directly"))]);
    let settings = Settings { allow_private: true, ..through(&proxy) };
    assert_eq!(get_with(settings, &server.url("/t")).unwrap().text, "directly");
    assert!(proxy.paths().is_empty());
}

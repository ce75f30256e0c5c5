use std::net::{IpAddr, Ipv4Addr};

use super::*;
use crate::fetch::Proxies;

#[path = "../../../tests/support/server.rs"]
mod server;

use server::{Reply as Served, Server};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A web that takes the test's server for a public one and every other private address for what it is.
fn web(guard: Guard) -> Web {
    let settings = Settings { wait: Duration::ZERO, ..Settings::default() };
    Web::guarded(settings, guard, Box::new(|_| {})).unwrap()
}

fn get(web: &Web, url: &str) -> Result<Page> {
    web.fetch(&Request::page(Url::parse(url).unwrap()))
}

#[test]
fn a_redirect_to_the_inside_is_refused_before_it_is_asked() {
    for inside in [
        "http://127.0.0.2:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://10.0.0.1/",
        "//192.168.0.1/",
    ] {
        let server = Server::with_pages(&[("/", Served::redirect(inside))]);
        let error = get(&web(Guard::new(false).except(LOOPBACK)), &server.url("/")).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{inside}: {error}");
        assert!(error.to_string().contains("--allow-private"), "{error}");
    }
}

#[test]
fn a_robots_txt_that_redirects_to_the_inside_is_not_followed() {
    let inside = Server::with_pages(&[("/robots.txt", Served::text(""))]);
    let to = format!("http://localhost:{}/robots.txt", inside.port());
    let server = Server::with_pages(&[("/robots.txt", Served::redirect(&to)), ("/", Served::html("hi"))]);
    let error = get(&web(Guard::new(false).except(LOOPBACK)), &server.url("/")).unwrap_err();
    assert!(error.to_string().contains("robots.txt"), "{error}");
    assert!(inside.paths().is_empty());
}

#[test]
fn a_name_that_resolves_to_the_inside_is_refused_where_the_connection_is_made() {
    let server = Server::with_pages(&[("/", Served::html("hi"))]);
    // The check of the URL lets a name pass; `localhost.localdomain` and the like are caught when resolved.
    let transport = Transport::new(Guard::new(false), Proxies::default()).unwrap();
    let url = Url::parse(&format!("http://localhost:{}/", server.port())).unwrap();
    let want = Want { accept: "*/*", max_bytes: 100, cut: false, headers: &[] };
    let failure = transport.get(&url, &want, Duration::from_secs(5), "--timeout").unwrap_err();
    let error = failure.into_error(&url);
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    assert!(error.to_string().contains("localhost stands for"), "{error}");
    assert!(server.paths().is_empty());

    let transport = Transport::new(Guard::new(true), Proxies::default()).unwrap();
    assert_eq!(transport.get(&url, &want, Duration::from_secs(5), "--timeout").unwrap().body, b"hi");
}

#[test]
fn passwords_in_redirects_are_not_sent() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/" => {
            let host = asked.header("host").unwrap_or_default();
            Served::redirect(&format!("http://me:secret@{host}/next"))
        }
        "/next" => Served::html(asked.header("authorization").unwrap_or("nothing sent")),
        _ => Served::not_found(),
    });
    let page = get(&web(Guard::new(true)), &server.url("/")).unwrap();
    assert_eq!(page.text, "nothing sent");
    assert!(!page.url.unwrap().as_str().contains("secret"));
}

/// A server that speaks TLS with the certificate that tests trust, once; says what it was asked.
fn secure_server(answer: &'static [u8]) -> (u16, std::thread::JoinHandle<String>) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let certificate = include_bytes!("../../../tests/support/loopback.crt.der").as_slice().into();
    let key = include_bytes!("../../../tests/support/loopback.key.der").as_slice();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let served = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let connection = rustls::ServerConnection::new(std::sync::Arc::new(config)).unwrap();
        let mut stream = rustls::StreamOwned::new(connection, stream);
        let mut asked = vec![0; 4096];
        let count = stream.read(&mut asked).unwrap_or(0);
        let _ = stream.write_all(answer).and_then(|()| stream.flush());
        stream.conn.send_close_notify();
        let _ = stream.flush();
        String::from_utf8_lossy(&asked[..count]).into_owned()
    });
    (port, served)
}

#[test]
fn a_page_is_read_over_a_secure_connection() {
    let answer =
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/html\r\nConnection: close\r\n\r\nhi";
    let (port, served) = secure_server(answer);
    let settings = Settings { wait: Duration::ZERO, ignore_robots: true, ..Settings::default() };
    let web = Web::guarded(settings, Guard::new(true), Box::new(|_| {})).unwrap();
    assert_eq!(get(&web, &format!("https://127.0.0.1:{port}/t/1")).unwrap().text, "hi");
    assert!(served.join().unwrap().starts_with("GET /t/1 HTTP/1.1"));
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let (port, _served) = secure_server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    let settings = Settings { ignore_robots: true, ..Settings::default() };
    let web = Web::guarded(settings, Guard::new(true), Box::new(|_| {})).unwrap();
    let error = get(&web, &format!("https://127.0.0.2:{port}/")).unwrap_err();
    assert!(error.to_string().contains("secure connection"), "{error}");
}

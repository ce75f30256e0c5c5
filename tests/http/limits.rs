//! Servers that answer too slowly, too much or in pieces: each ends in a clear error.

use super::support::packing::{gzip, packings};
use super::*;

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
        Settings { wait: Duration::from_secs(500), max_time: Duration::from_secs(400), ..settings() };
    let web = web(limits);
    assert!(web.fetch(&request(&server.url("/1"))).is_ok());
    assert!(
        reason(web.fetch(&request(&server.url("/2")))).contains("--max-time"),
        "the pause alone is too long"
    );
    assert_eq!(server.paths(), ["/robots.txt", "/1"]);
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
    for (encoding, packed) in packings(&zeros).into_iter().chain([("", gzip(&zeros))]) {
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
fn heads_without_end_and_lengths_that_lie_are_errors() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
    let quick =
        Settings { ignore_robots: true, timeout: Duration::from_secs(2), max_bytes: 1 << 20, ..settings() };
    for (bytes, word) in [
        (format!("{head}X: {}\r\n\r\nhi", "a".repeat(8 << 20)), "head is too large"),
        (format!("{head}{}\r\nhi", "X: a\r\n".repeat(300_000)), "head is too large"),
        ("HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000), "broke off"),
        (format!("{head}Content-Length: -5\r\n\r\nhi"), "invalid content-length"),
        (format!("{head}Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi"), "invalid content-length"),
        (format!("{head}Content-Length: 5000\r\n\r\nhi"), "broke off"),
        (format!("{head}Content-Length: 99999999999999\r\n\r\nhi"), "--max-bytes"),
        (format!("{head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhi\r\n0\r\n\r\n"), "broke off"),
    ] {
        let shown: String = bytes.chars().skip(15).take(90).collect();
        let server = Server::start(move |_| Reply::raw(bytes.as_bytes()));
        let error = get_with(quick.clone(), &server.url("/")).unwrap_err();
        let said = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        let said = said.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        assert!(said.contains(word), "{shown}: {said}");
    }
}

#[test]
fn an_error_whose_page_is_a_bomb_or_drips_is_still_that_error() {
    let zeros = vec![0u8; 64 << 20];
    let mut replies: Vec<Reply> = packings(&zeros)
        .into_iter()
        .map(|(encoding, packed)| Reply::new(403, packed).with("Content-Encoding", encoding))
        .collect();
    replies.push(Reply::endless("x", Duration::from_millis(20)).status(403));
    replies.push(Reply::cut("half").status(403));
    for reply in replies {
        let server = Server::start(move |_| reply.clone());
        let quick = Settings { timeout: Duration::from_secs(3), ignore_robots: true, ..settings() };
        let error = get_with(quick, &server.url("/")).unwrap_err();
        assert!(
            matches!(&error, Error::Status { status: 403, body, .. } if body.len() <= 1 << 18),
            "{error}"
        );
    }
}

#[test]
fn no_bytes_on_the_wire_make_it_panic_or_hang() {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    for round in 0..60 {
        let mut bytes = match round % 3 {
            0 => Vec::new(),
            1 => b"HTTP/1.1 200 OK\r\n".to_vec(),
            _ => b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n"
                .to_vec(),
        };
        for _ in 0..round * 3 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend(state.to_le_bytes());
        }
        let server = Server::start(move |_| Reply::raw(&bytes));
        // What comes out does not matter, only that something does.
        let _ = get_with(Settings { ignore_robots: true, ..settings() }, &server.url("/"));
    }
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
    // The test's full name, wherever this file is mounted.
    let name = match module_path!().split_once("::") {
        Some((_, module)) => format!("{module}::child_that_asks"),
        None => "child_that_asks".to_owned(),
    };
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--ignored", "--nocapture"])
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
    for (encoding, packed) in packings(&zeros) {
        let server = Server::with_pages(&[("/", Reply::new(200, packed).with("Content-Encoding", encoding))]);
        let (said, peak) = ask_as_child(&server.url("/"), &[]);
        assert!(said.contains("--max-bytes"), "{said}");
        assert!(peak < 100, "{encoding}: {peak} MiB");
    }
}

//! What is kept between runs: nothing is asked for twice without need, and nothing is kept that should not be.

use std::path::Path;

use rejoinder::fetch::{Credentials, Header, Keep};

use super::*;

fn keeping(folder: &Path) -> Settings {
    let keep = Keep { folder: folder.to_owned(), max_bytes: 1 << 20, private: false };
    Settings { keep: Some(keep), ignore_robots: true, ..settings() }
}

/// One run over these paths; says what it read, and ends as asked.
fn run(folder: &Path, server: &Server, paths: &[&str], complete: bool) -> Vec<String> {
    let web = web(keeping(folder));
    let read = paths.iter().map(|path| match web.fetch(&request(&server.url(path))) {
        Ok(page) => page.text,
        Err(error) => error.to_string(),
    });
    let read = read.collect();
    if complete {
        web.finished();
    }
    read
}

#[test]
fn an_interrupted_reading_asks_only_for_what_it_does_not_have() {
    let server = Server::start(|asked| match (asked.path.as_str(), asked.before) {
        ("/3", 0..4) => Reply::new(503, "busy"),
        (path, _) => Reply::html(path).with("Cache-Control", "no-store, no-cache, must-revalidate"),
    });
    let folder = tempfile::tempdir().unwrap();
    let paths = ["/1", "/2", "/3"];
    let first = run(folder.path(), &server, &paths, false);
    assert!(first[2].contains("503"), "{first:?}");
    let asked = server.paths().len();
    assert_eq!(run(folder.path(), &server, &paths, true), paths);
    assert_eq!(server.paths()[asked..], ["/3"], "the rest was kept");
    let asked = server.paths().len();
    assert_eq!(run(folder.path(), &server, &paths, true), paths);
    assert_eq!(server.paths()[asked..], paths, "a complete reading leaves nothing that must not be stored");
}

#[test]
fn a_page_is_asked_about_with_its_mark_and_taken_from_the_cache_when_unchanged() {
    let server =
        Server::start(|asked| match (asked.header("if-none-match"), asked.header("if-modified-since")) {
            (Some("\"v1\""), Some("Mon, 01 Jan 2024 00:00:00 GMT")) if asked.before < 2 => {
                Reply::new(304, "")
            }
            (None, None) => Reply::html("one")
                .with("ETag", "\"v1\"")
                .with("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"),
            _ => Reply::html("two"),
        });
    let folder = tempfile::tempdir().unwrap();
    for expected in ["one", "one", "two"] {
        assert_eq!(run(folder.path(), &server, &["/t"], true), [expected]);
    }
    assert_eq!(server.paths().len(), 3);
}

#[test]
fn a_page_is_not_asked_for_while_it_is_fresh_also_behind_a_redirect() {
    let server = Server::with_pages(&[
        ("/old", Reply::redirect("/t")),
        ("/t", Reply::html("fresh").with("Cache-Control", "max-age=600")),
    ]);
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        assert_eq!(run(folder.path(), &server, &["/old"], true), ["fresh"]);
    }
    assert_eq!(server.paths(), ["/old", "/t"]);
    let closed = Settings { allow_private: false, ..keeping(folder.path()) };
    let error = get_with(closed, &server.url("/old")).unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");
}

#[test]
fn errors_and_what_is_private_are_not_kept() {
    let server = Server::start(|asked| match (asked.path.as_str(), asked.before) {
        ("/gone", 0) => Reply::not_found().with("Cache-Control", "max-age=600"),
        ("/broken", 0..2) => Reply::cut("half").with("Cache-Control", "max-age=600"),
        _ => Reply::html("here").with("Cache-Control", "max-age=600"),
    });
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), &server, &["/gone", "/broken"], false);
    assert!(first[0].contains("404") && first[1].contains("broke off"), "{first:?}");
    assert_eq!(run(folder.path(), &server, &["/gone", "/broken"], true), ["here", "here"]);

    let owner = Url::parse(&server.url("/")).unwrap();
    let header = Header::parse("Authorization: me").unwrap();
    let credentials = Credentials::for_host_of(&owner).with_header(header);
    for private in [false, true] {
        let mut settings = Settings { credentials: credentials.clone(), ..keeping(folder.path()) };
        settings.keep.as_mut().unwrap().private = private;
        for _ in 0..2 {
            get_with(settings.clone(), &server.url("/mine")).unwrap();
        }
    }
    run(folder.path(), &server, &["/mine"], true);
    let asked = server.paths().iter().filter(|path| *path == "/mine").count();
    assert_eq!(asked, 4, "twice unkept, once kept, once by a stranger");
}

#[test]
fn a_page_that_is_no_page_of_the_thread_is_forgotten() {
    let server = Server::start(|asked| match asked.before {
        0 => Reply::html("a wall").with("Cache-Control", "max-age=600"),
        _ => Reply::html("posts").with("Cache-Control", "max-age=600"),
    });
    let folder = tempfile::tempdir().unwrap();
    let web = web(keeping(folder.path()));
    let request = request(&server.url("/t"));
    assert_eq!(web.fetch(&request).unwrap().text, "a wall");
    web.forget(&request);
    assert_eq!(web.fetch(&request).unwrap().text, "posts");
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::with_pages(&[("/t", Reply::html("hi"))]);
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("cache");
    run(&folder, &server, &["/t"], true);
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let found = entry.unwrap().metadata().unwrap();
        assert_eq!(found.permissions().mode() & 0o077, 0);
    }
}

use super::*;

fn answer(url: &str, body: &str) -> Answer {
    Answer {
        url: Url::parse(url).unwrap(),
        status: 200,
        content_type: Some("text/html; charset=windows-1252".to_owned()),
        fetched_at: Time::from_unix(1_700_000_000),
        bytes: body.as_bytes().to_vec(),
    }
}

fn request(url: &str) -> Request {
    Request::page(Url::parse(url).unwrap())
}

fn saved(folder: &Path) -> Saved {
    Saved::open(folder, &Settings::default()).unwrap().unwrap()
}

fn write_manifest(folder: &Path, file: &str) {
    let line = format!(
        r#"{{"file":{file:?},"asked":"https://example.org/","url":"https://example.org/","wants":"html","status":200}}"#
    );
    fs::write(folder.join(manifest::NAME), line + "\n").unwrap();
}

#[test]
fn what_is_kept_is_answered_again_with_its_address_and_time() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("new");
    let mut folder = Folder::open(path.clone()).unwrap();
    let mut first = answer("https://example.org/t/1/title", "one");
    first.bytes = b"\x93one\x94".to_vec();
    folder.keep(&request("https://example.org/t/1#post-3"), &first).unwrap();
    folder
        .keep(&request("https://example.org/t/1?page=2"), &answer("https://example.org/t/1?page=2", "two"))
        .unwrap();

    let saved = saved(&path);
    let page = saved.first(None).unwrap();
    assert_eq!(page.text, "“one”");
    assert_eq!(page.url.unwrap().as_str(), "https://example.org/t/1/title");
    assert_eq!(page.fetched_at, Time::from_unix(1_700_000_000));
    assert_eq!(saved.fetch(&request("https://example.org/t/1?page=2")).unwrap().text, "two");
    assert_eq!(saved.fetch(&request("https://example.org/t/1/title")).unwrap().text, "“one”");
    let missing = saved.fetch(&request("https://example.org/t/1?page=3"));
    assert!(matches!(missing, Err(Error::NotSaved { .. })));
    let other_kind = saved.fetch(&Request::json(Url::parse("https://example.org/t/1").unwrap()));
    assert!(matches!(other_kind, Err(Error::NotSaved { .. })));
}

#[test]
fn a_recording_is_continued_and_an_address_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    for round in ["first", "second"] {
        let mut recording = Folder::open(folder.path().to_owned()).unwrap();
        recording.keep(&request("https://example.org/a"), &answer("https://example.org/a", round)).unwrap();
    }
    let mut recording = Folder::open(folder.path().to_owned()).unwrap();
    recording
        .keep(&request("https://example.org/b"), &answer("https://example.org/b", "other thread"))
        .unwrap();

    let saved = saved(folder.path());
    assert_eq!(saved.entries.len(), 2);
    assert_eq!(saved.first(None).unwrap().text, "second");
    let other = Url::parse("https://example.org/b").unwrap();
    assert_eq!(saved.first(Some(&other)).unwrap().text, "other thread");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_folder_with_other_things_is_not_recorded_into() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    let error = Folder::open(folder.path().to_owned()).unwrap_err().to_string();
    assert!(error.contains("not empty"), "{error}");
}

#[test]
fn file_names_hold_nothing_that_a_server_chose_unchecked() {
    for url in [
        "https://example.org/../../etc/passwd",
        "https://example.org/%2e%2e%2f%00/a%5Cb?x=/../",
        "https://пример.рф/очень/длинный/путь",
        &format!("https://example.org/{}", "a/".repeat(500)),
    ] {
        let name = file_name(7, &answer(url, ""));
        assert!(name.starts_with("0007-") && name.ends_with(".html") && name.len() < 80, "{name}");
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'), "{name}");
        assert!(!name.contains(".."), "{name}");
    }
}

#[test]
fn a_manifest_does_not_lead_out_of_its_folder() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.html"), "secret").unwrap();
    let folder = outside.path().join("recording");
    fs::create_dir(&folder).unwrap();
    let absolute = outside.path().join("secret.html").display().to_string();
    for file in
        ["../secret.html", "..", ".", "", ".hidden", "a/../../secret.html", "..\\secret.html", &absolute]
    {
        write_manifest(&folder, file);
        let error = saved(&folder).first(None).unwrap_err().to_string();
        assert!(error.contains("not a plain name"), "{file}: {error}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&absolute, folder.join("link.html")).unwrap();
        write_manifest(&folder, "link.html");
        assert!(saved(&folder).first(None).unwrap_err().to_string().contains("link"));
    }
}

#[test]
fn a_damaged_manifest_is_an_error_unless_only_its_last_line_was_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut recording = Folder::open(folder.path().to_owned()).unwrap();
    recording.keep(&request("https://example.org/a"), &answer("https://example.org/a", "one")).unwrap();
    let path = folder.path().join(manifest::NAME);
    let whole = fs::read_to_string(&path).unwrap();

    fs::write(&path, format!("{whole}{{\"file\":\"0002")).unwrap();
    assert_eq!(saved(folder.path()).first(None).unwrap().text, "one");
    let mut recording = Folder::open(folder.path().to_owned()).unwrap();
    recording.keep(&request("https://example.org/b"), &answer("https://example.org/b", "two")).unwrap();
    assert_eq!(saved(folder.path()).fetch(&request("https://example.org/b")).unwrap().text, "two");

    fs::write(&path, format!("not a page\n{whole}")).unwrap();
    let error = Saved::open(folder.path(), &Settings::default()).unwrap_err().to_string();
    assert!(error.contains("line 1"), "{error}");
}

#[test]
fn a_second_fetcher_is_asked_only_for_what_is_not_saved() {
    struct Fixed(Option<&'static str>);
    impl Fetcher for Fixed {
        fn fetch(&self, request: &Request) -> Result<Page> {
            match self.0 {
                Some(text) => Ok(Page { text: text.to_owned(), ..Page::default() }),
                None => Err(Error::NotSaved { url: request.url.to_string() }),
            }
        }
    }
    let both = |first, second| {
        let fallback = Fallback { first: Fixed(first), second: Fixed(second) };
        fallback.fetch(&request("https://example.org/")).map(|page| page.text)
    };
    assert_eq!(both(Some("a"), Some("b")).unwrap(), "a");
    assert_eq!(both(None, Some("b")).unwrap(), "b");
    assert!(both(None, None).is_err());
}

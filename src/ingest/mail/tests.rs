use super::*;
use crate::error::Error;
use crate::fetch::Page;
use crate::ingest::{Limits, collect};
use crate::thread::{KnownBy, Thread};

fn page(text: &str) -> Page {
    Page { name: "test.mbox".to_owned(), text: text.to_owned(), media: Media::Mbox, ..Page::default() }
}

fn thread_of(text: &str, wanted: Option<&str>) -> Result<Thread> {
    let limits = Limits { pages: 5, posts: 1_000_000 };
    collect(vec![page(text)], wanted, None, &limits, &mut |_| {})
}

/// A mail in mbox form; `head` holds further header lines.
fn mail(id: &str, subject: &str, head: &str, body: &str) -> String {
    format!(
        "From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: Ann {id} <{id}@example.org>\nMessage-ID: <{id}@x>\n\
         Date: Wed, 06 Jan 2010 16:00:15 +0100\nSubject: {subject}\n{head}\n{body}\n\n"
    )
}

fn parents(thread: &Thread) -> Vec<(String, Option<String>)> {
    let of = |id: crate::thread::PostId| thread.post(id).native_id.trim_end_matches("@x").to_owned();
    thread.posts().iter().map(|post| (of(post.id), post.reply_to.map(|to| of(to.post)))).collect()
}

fn named(pairs: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), b.map(str::to_owned))).collect()
}

#[test]
fn references_and_in_reply_to_give_the_tree() {
    let text = [
        mail("a", "Tea", "", "one"),
        mail("c", "Re: Tea", "References: <a@x> <b@x>\n", "three"),
        mail("b", "Re: Tea", "In-Reply-To: Your message <a@x>\n", "two"),
        mail("d", "Re: Tea", "References: <a@x> <zz@x>\nIn-Reply-To: <c@x>\n", "four"),
    ]
    .concat();
    let thread = thread_of(&text, None).unwrap();
    assert_eq!(parents(&thread), named(&[("a", None), ("b", Some("a")), ("c", Some("b")), ("d", Some("c"))]));
    assert_eq!((thread.title.as_str(), thread.notices.len()), ("Tea", 0));
    assert_eq!(thread.posts()[0].written_at.unwrap().to_string(), "2010-01-06T15:00:15Z");
    assert_eq!(thread.author_of(thread.posts()[0].id), Some("Ann a"));
}

#[test]
fn what_the_mailbox_lacks_becomes_a_stub_in_its_place() {
    let text = [
        mail("b", "Re: Tea", "References: <a@x>\n", "two"),
        mail("d", "Re: Tea", "References: <a@x> <b@x> <c@x>\n", "four"),
    ]
    .concat();
    let thread = thread_of(&text, None).unwrap();
    assert_eq!(parents(&thread), named(&[("a", None), ("b", Some("a")), ("c", Some("b")), ("d", Some("c"))]));
    assert_eq!(thread.read(), 2);
    assert_eq!(thread.posts()[0].state, State::Missing);
}

#[test]
fn a_subject_joins_but_gives_no_parent() {
    let text = [
        mail("a", "Tea", "", "I like green tea very much today"),
        mail("b", "AW: Tea", "", "> I like green tea very much today\nno"),
    ]
    .concat();
    let mut thread = thread_of(&text, None).unwrap();
    assert_eq!(parents(&thread), named(&[("a", None), ("b", None)]));
    let duplicates = crate::thread::Duplicates::default();
    crate::threading::link(&mut thread, &duplicates);
    assert_eq!(thread.posts()[1].reply_to.unwrap().known_by, KnownBy::Quoted);
}

#[test]
fn several_threads_are_listed_and_one_is_picked() {
    let text = [
        mail("a", "Tea", "", "one"),
        mail("b", "Coffee pots", "", "two"),
        mail("c", "Re: Tea", "In-Reply-To: <a@x>\n", "three"),
        mail("d", "Coffee cups", "", "four"),
    ]
    .concat();
    let error = thread_of(&text, None).unwrap_err();
    assert!(matches!(&error, Error::SeveralThreads { count: 3, .. }), "{error}");
    assert!(error.to_string().contains("--thread") && error.to_string().contains("Coffee pots"), "{error}");
    for (wanted, read) in [("1", 2), ("tea", 2), ("<c@x>", 2), ("pots", 1), ("Re: coffee cups", 1)] {
        assert_eq!(thread_of(&text, Some(wanted)).unwrap().read(), read, "{wanted}");
    }
    assert!(matches!(thread_of(&text, Some("coffee")), Err(Error::SeveralThreads { count: 2, .. })));
    assert!(matches!(thread_of(&text, Some("milk")), Err(Error::Unknown { .. })));
}

#[test]
fn words_that_begin_with_from_open_no_message() {
    let text =
        mail("a", "Tea", "", "one\n\nFrom here on it is 10:00 in 2010.\n>From there too\n\nFrom me: yes");
    let thread = thread_of(&text, None).unwrap();
    assert_eq!(thread.posts().len(), 1);
    assert!(thread.posts()[0].text().contains("From there too") && !thread.posts()[0].text().contains("> "));
}

#[test]
fn a_declared_length_keeps_a_quoted_mailbox_in_one_piece() {
    let inner = mail("z", "Inner", "", "inside");
    let head = format!("Content-Length: {}\n", inner.len());
    let text = format!("{}{}", mail("a", "Outer", &head, &inner).trim_end(), "\n\n");
    assert_eq!(thread_of(&text, None).unwrap().posts().len(), 1);
}

fn words(head: &str, body: &str) -> crate::thread::Body {
    thread_of(&mail("a", "Tea", head, body), None).unwrap().posts()[0].body.clone()
}

fn own(body: &crate::thread::Body) -> Vec<&str> {
    body.prose().map(|span| span.slice(body.text())).collect()
}

#[test]
fn quotations_carry_their_authors_and_signatures_are_left_out() {
    let body = words(
        "",
        "On Wed, Jan 6, 2010 at 9:20 AM, Bob Lee\n<bob@example.org> wrote:\n> On Tue, Cy wrote:\n>> inner\n> outer\n\nI say no.\n\n-- \nAnn\nA company\n",
    );
    assert_eq!(own(&body), ["I say no."]);
    assert_eq!(body.text(), "> > inner\n> outer\nI say no.");
    let authors: Vec<_> = body.quotes().map(|(_, quote, _)| (quote.depth, quote.author.clone())).collect();
    assert_eq!(authors, [(2, Some("Cy".to_owned())), (1, Some("Bob Lee".to_owned()))]);
}

#[test]
fn a_whole_message_below_is_not_the_authors() {
    for below in [
        "-----Original Message-----\nFrom: Bob Lee\nSent: Tuesday\nTo: Ann\nSubject: Tea\n\nbelow\n\nmore",
        "-----Ursprüngliche Nachricht-----\nVon: Bob Lee [mailto:b@x]\nGesendet: Dienstag\nAn: Ann\nBetreff: Tee\n\nbelow\nmore",
        "________________________________\nFrom: Bob Lee <b@x>\nSent: Tuesday\nTo: Ann\nSubject: Tea\n\nbelow\nmore",
        "From: Bob Lee <b@x>\nDate: Tuesday\nTo: Ann\nSubject: Tea\n\nbelow\nmore",
        "On Tue, 5 Jan 2010, Bob Lee <b@x> wrote:\n\nbelow\n\nmore",
    ] {
        let body = words("", &format!("I say no.\n\n-- \nAnn\n\n{below}\n"));
        assert_eq!(body.text(), "I say no.\n> below\n> more", "{below}");
        let author = body.quotes().next().and_then(|(_, quote, _)| quote.author.clone());
        assert_eq!(author.as_deref(), Some("Bob Lee"), "{below}");
    }
}

#[test]
fn footers_of_lists_and_programs_are_left_out() {
    let body = words(
        "",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nyes\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n\
         Sent from my phone\n-------------- next part --------------\nA non-text attachment was scrubbed...\nName: x.png\nURL: <http://x>\n\n\
         _______________________________________________\ntea mailing list\ntea@example.org\n",
    );
    assert_eq!((own(&body), body.text()), (vec!["yes"], "yes\n[attachment: x.png]"));
}

#[test]
fn an_authors_own_introduction_makes_no_quotation_of_what_follows() {
    for text in [
        "Hi all,\n\nIn section 3 the RFC says:\n\nA server MUST close.\n\nI disagree with that.",
        "In 1776 Jefferson wrote:\n\nWe hold these truths.\n\nMy own view is different.",
        "A 2019 report by the IPCC says:\n\nit is warm.\n\nI do not believe it.",
    ] {
        let body = words("", text);
        assert_eq!(body.quotes().count(), 0, "{text}");
        assert_eq!(body.text().split_whitespace().count(), text.split_whitespace().count(), "{text}");
    }
}

#[test]
fn prose_that_looks_like_a_footer_is_kept() {
    for text in [
        "ich sehe das anders.\nVon meinem Standpunkt aus ist das falsch.\nSent via courier, the parcel came late.\n\nGruss",
        "Hi,\n\n____________________\nOn the price list: it is wrong.\n\nWe must change the prices now.",
        "I wrote that down.\nSent from my iPhone\nis what stood below it.",
    ] {
        assert_eq!(
            words("", text).text().split_whitespace().count(),
            text.split_whitespace().count(),
            "{text}"
        );
    }
    let body = words(
        "",
        "No.\n\nSent from my iPhone\n\nOn Jan 5, 2010, at 10:20 AM, Bob Lee\n<b@x> wrote:\n\n> below",
    );
    assert_eq!(body.text(), "No.\n> below");
}

#[test]
fn a_type_that_is_none_is_plain_text() {
    for head in ["text; charset=us-ascii", "text", "multipart/mixed", "multipart/mixed; boundary=\"zz\"", ";"]
    {
        let head = format!("MIME-Version: 1.0\nContent-Type: {head}\n");
        assert_eq!(words(&head, "Hello there").text(), "Hello there", "{head}");
    }
}

#[test]
fn a_seal_is_no_attachment() {
    let head = "Content-Type: multipart/signed; boundary=\"o\"\n";
    let body = "--o\nContent-Type: text/plain\n\nyes\n--o\nContent-Type: application/pgp-signature; name=\"signature.asc\"\n\n-----BEGIN PGP SIGNATURE-----\n--o--\n";
    assert_eq!(words(head, body).text(), "yes");
}

#[test]
fn prose_that_looks_like_a_programs_line_stays_the_authors() {
    for prose in [
        "In section 3 the RFC says:\n\nDo it.\n\nI disagree.",
        "In 1776 Jefferson wrote:\n\nAll men are equal.\n\nHe was right.",
        "On page 12 the manual says:\n\nDo it.\n\nI disagree.",
        "Von meinem Standpunkt aus ist das wirklich falsch.\n\nGruss",
        "Sent via courier, the parcel came late.\n\nSo I wait.",
        "yes\n____________________\n\nOn the price list: it is wrong.\n\nWe must change it.",
    ] {
        let body = words("", prose);
        let said: Vec<&str> = prose.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(body.text(), said.join("\n"), "{prose}");
        assert_eq!(body.quotes().count(), 0, "{prose}");
    }
}

#[test]
fn a_body_of_no_readable_kind_is_plain_text() {
    for head in
        ["Content-Type: text; charset=us-ascii", "Content-Type: text", "Content-Type: multipart/mixed"]
    {
        assert_eq!(words(&format!("{head}\n"), "I say no.").text(), "I say no.", "{head}");
    }
}

#[test]
fn parts_sets_and_encodings_are_decoded() {
    let multipart = "Content-Type: multipart/mixed; boundary=\"o\"\n";
    let body = "--o\nContent-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain; charset=iso-8859-1\n\
        Content-Transfer-Encoding: quoted-printable\n\ncaf=E9 is =\ngood\n--i\nContent-Type: text/html\n\n<p>no</p>\n--i--\n\
        --o\nContent-Type: image/png; name=\"cup.png\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"cup.png\"\n\niVBORw==\n--o--\n";
    assert_eq!(words(multipart, body).text(), "café is good\n[attachment: cup.png]");
    let html = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n";
    // <p>tea</p><blockquote>said</blockquote>
    assert_eq!(words(html, "PHA+dGVhPC9wPjxibG9ja3F1b3RlPnNhaWQ8L2Jsb2NrcXVvdGU+\n").text(), "tea\n> said");
    let flowed = "Content-Type: text/plain; format=flowed\n";
    assert_eq!(words(flowed, "> one \n> two\nthree \nfour\n-- \nAnn").text(), "> one two\nthree four");
    // Eight bits in a set of their own, as they look after the page was decoded as windows-1252.
    let cyrillic = "Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: 8bit\n";
    assert_eq!(words(cyrillic, "\u{c4}\u{c1}").text(), "да");
}

#[test]
fn hostile_mail_is_read_in_time_or_refused() {
    let ids: String = (0..300_000).map(|n| format!(" <{n}@y>")).collect();
    let long = mail(
        "a",
        &"=?utf-8?q?x".repeat(200_000),
        &format!("References:{ids}\nX: {}\n", "y".repeat(3_000_000)),
        "a\0b",
    );
    assert_eq!(thread_of(&long, None).unwrap().read(), 1);
    let nested = "Content-Type: message/rfc822\n\n".repeat(100_000);
    assert_eq!(
        thread_of(&mail("a", "Tea", "Content-Type: message/rfc822\n", &nested), None).unwrap().read(),
        1
    );
    let parts = "--o\nContent-Type: multipart/mixed; boundary=o\n\n".repeat(50_000);
    let head = "Content-Type: multipart/mixed; boundary=o\n";
    assert_eq!(thread_of(&mail("a", "Tea", head, &parts), None).unwrap().read(), 1);
    let marks = format!("{} deep\n{}", ">".repeat(500_000), "On On wrote:\n".repeat(50_000));
    assert_eq!(thread_of(&mail("a", "Tea", "", &marks), None).unwrap().read(), 1);
    let circle = [
        mail("a", "Re: Tea", "In-Reply-To: <b@x>\n", "x"),
        mail("b", "Re: Tea", "In-Reply-To: <a@x>\n", "y"),
    ]
    .concat();
    assert_eq!(thread_of(&circle, None).unwrap().read(), 2);
    let twice = [mail("a", "Tea", "", "x"), mail("a", "Tea", "", "x")].concat();
    assert_eq!(thread_of(&twice, None).unwrap().read(), 1);
}

#[test]
fn a_hundred_thousand_mails_are_one_chain_or_many_threads() {
    let chain: String = (0..100_000u32)
        .map(|n| {
            let head =
                n.checked_sub(1).map_or(String::new(), |before| format!("In-Reply-To: <{before}@x>\n"));
            mail(&n.to_string(), if n == 0 { "Tea" } else { "Re: Tea" }, &head, "x")
        })
        .collect();
    assert_eq!(thread_of(&chain, None).unwrap().read(), 100_000);
    let apart: String = (0..50_000u32).map(|n| mail(&n.to_string(), &format!("Tea {n}"), "", "x")).collect();
    assert!(matches!(thread_of(&apart, None), Err(Error::SeveralThreads { count: 50_000, .. })));
    assert_eq!(thread_of(&apart, Some("Tea 49999")).unwrap().read(), 1);
}

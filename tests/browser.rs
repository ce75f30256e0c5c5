//! The page in a real browser, opened from disk: nothing hostile runs, nothing is asked of anybody, and it
//! works on a phone, with the keyboard and without scripts.
//!
//! Where chromium and chromedriver are missing, these tests say that they were left out.

mod browser {
    pub mod hostile;
    pub mod village;
    pub mod webdriver;
}

use std::path::PathBuf;

use browser::webdriver::Browser;
use browser::{hostile, village};
use rejoinder::report::Report;
use rejoinder::report::formats;
use serde_json::{Value, json};

fn write(name: &str, report: &Report) -> PathBuf {
    let page = formats::named("html").unwrap().render(report).unwrap();
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, page).unwrap();
    path
}

fn overflow(browser: &Browser) -> Value {
    browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
}

#[test]
fn nothing_hostile_runs_loads_or_adds_an_element() {
    let Some(browser) = Browser::start() else { return };
    let report = hostile::thread();
    let page = write("hostile.html", &report);
    for width in [1280, 375, 360] {
        browser.width(width);
        browser.open(&page);
        assert!(!browser.has_dialog());
        assert_eq!(overflow(&browser), json!(0), "at {width} pixels");
    }
    let found = browser.run(
        "const count = (what) => document.querySelectorAll(what).length;
         return {
           pwned: typeof window.__pwned,
           posts: count('article.post'),
           scripts: count('script'),
           styles: count('style'),
           foreign: count('img,iframe,object,embed,link,base,form,math,animate,audio,video,mglyph,table'),
           refresh: count('meta[http-equiv=refresh]'),
           handlers: [...document.querySelectorAll('*')].filter((one) =>
             [...one.attributes].some((a) => a.name.startsWith('on') || a.name === 'style' || a.name === 'autofocus')).length,
           links: [...document.querySelectorAll('a[href]')].filter((a) =>
             !/^(#|https?:)/.test(a.getAttribute('href'))).length,
           outside: [...document.querySelectorAll('a[href^=http]')].filter((a) => a.rel !== 'noopener noreferrer nofollow').length,
           controls: /[\\u0000-\\u0008\\u000b-\\u001f\\u007f\\u0085\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.textContent),
           requests: performance.getEntriesByType('resource').length,
           title: document.title,
         }",
    );
    let expected = json!({
        "pwned": "undefined", "posts": report.posts().len(), "scripts": 1, "styles": 1, "foreign": 0,
        "refresh": 0, "handlers": 0, "links": 0, "outside": 0, "controls": false, "requests": 0,
        "title": hostile::PAYLOADS[0],
    });
    assert_eq!(found, expected);
    assert_eq!(browser.console(), Vec::<Value>::new());
}

#[test]
fn the_page_fits_every_width_in_light_and_dark() {
    let Some(browser) = Browser::start() else { return };
    let page = write("village.html", &village::debate());
    for scheme in ["light", "dark"] {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.devtools("Emulation.setEmulatedMedia", features);
        for width in [320, 360, 375, 768, 1280] {
            browser.width(width);
            browser.open(&page);
            assert_eq!(overflow(&browser), json!(0), "at {width} pixels");
        }
    }
    assert_eq!(browser.console(), Vec::<Value>::new());
}

#[test]
fn without_scripts_every_post_and_every_link_into_the_page_is_there() {
    let Some(browser) = Browser::start() else { return };
    let report = village::debate();
    let page = write("plain.html", &report);
    browser.scripts(false);
    browser.open(&page);
    let found = browser.run(
        "const dead = [...document.querySelectorAll('a[href^=\"#\"]')]
           .filter((a) => !document.getElementById(a.getAttribute('href').slice(1)));
         return {
           posts: [...document.querySelectorAll('article.post')].filter((p) => p.offsetHeight > 0).length,
           dead: dead.length,
           tools: document.querySelector('.tools').hidden,
           twigs: document.querySelectorAll('.twig').length,
           headings: [...document.querySelectorAll('h1,h2,h3')].map((h) => h.tagName).join(' '),
         }",
    );
    assert_eq!(found["posts"], json!(report.posts().len()));
    assert_eq!((&found["dead"], &found["tools"], &found["twigs"]), (&json!(0), &json!(true), &json!(0)));
    assert_eq!(found["headings"], json!("H1 H2 H2 H2 H2 H2 H2 H3 H3 H2 H2"));
}

#[test]
fn a_claim_of_the_graph_leads_to_its_words_and_highlights_them() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&write("graph.html", &village::debate()));
    let nodes = browser.run(
        "return [...document.querySelectorAll('.node')].every((n) => n.getAttribute('aria-label').length > 10)
           && document.querySelectorAll('.node').length",
    );
    assert!(nodes.as_u64() > Some(8), "{nodes}");
    browser.run(
        "document.documentElement.style.scrollBehavior;
         document.querySelector('.node[data-n=\"5\"]').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))",
    );
    let shown = "const unit = document.getElementById('unit-5');
         return [location.hash, unit.matches(':target'), unit.classList.contains('here')]";
    assert_eq!(browser.run(shown), json!(["#unit-5", true, true]));
}

#[test]
fn a_link_to_a_post_opens_what_is_folded_over_it() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&write("fold.html", &village::debate()));
    browser.run("document.getElementById('fold').click()");
    let hidden = "return document.getElementById('post-4').offsetHeight === 0";
    assert_eq!(browser.run(hidden), json!(true));
    browser.run("location.hash = '#post-4'");
    let waited = "return new Promise((done) => setTimeout(() => done(document.getElementById('post-4').offsetHeight > 0), 200))";
    assert_eq!(browser.run(waited), json!(true));
}

#[test]
fn the_filters_leave_only_what_fits() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&write("filter.html", &village::debate()));
    let left = browser.run(
        "const find = document.getElementById('find');
         find.value = 'INSURANCE';
         find.dispatchEvent(new Event('input'));
         return new Promise((done) => setTimeout(() => done(
           [...document.querySelectorAll('article.post:not(.off)')].map((p) => p.id)), 400))",
    );
    assert_eq!(left, json!(["post-15"]));
    let agreeing = browser.run(
        "document.getElementById('find').value = '';
         const by = document.getElementById('by-stance');
         by.value = 'agree';
         by.dispatchEvent(new Event('change'));
         return [[...document.querySelectorAll('article.post:not(.off)')].map((p) => p.id),
                 document.getElementById('count').textContent]",
    );
    assert_eq!(agreeing, json!([["post-5", "post-12"], "2 of 16 posts"]));
}

#[test]
fn the_keyboard_walks_through_the_posts_and_shows_where_it_is() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&write("keys.html", &village::debate()));
    browser.press("\u{E004}");
    assert_eq!(browser.run("return document.activeElement.className"), json!("skip"));
    browser.press("jjk");
    assert_eq!(browser.run("return document.activeElement.id"), json!("post-0"));
    let outline = "document.querySelector('nav a').focus(); return getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(browser.run(outline), json!("solid"));
}

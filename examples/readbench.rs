use rejoinder::fetch::{Media, Page};
use rejoinder::ingest::{Limits, collect};
fn main() {
    for path in std::env::args().skip(1) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let bytes = text.len();
        let html = path.ends_with("html");
        let t = std::time::Instant::now();
        if html {
            let h = scraper::Html::parse_document(&text);
            std::hint::black_box(&h);
        }
        let parse = t.elapsed();
        let media = if path.ends_with("ndjson") { Media::Ndjson } else { Media::Unknown };
        let page = Page { name: path.clone(), text, media, ..Page::default() };
        let t = std::time::Instant::now();
        let r = collect(vec![page], None, None, &Limits { pages: 1, posts: 10_000_000 }, &mut |_| {});
        let all = t.elapsed();
        match r {
            Ok(r) => println!(
                "{path} {:.1} MB: bare parse {parse:?}, collect {all:?} ratio {:.2}, {} posts, {:.0} MB/s {}",
                bytes as f64 / 1e6,
                all.as_secs_f64() / parse.as_secs_f64(),
                r.read(),
                bytes as f64 / 1e6 / all.as_secs_f64(),
                r.platform
            ),
            Err(e) => println!("{path} {e} {all:?}"),
        }
    }
}

//! Measures how fast a page of 20,000 posts becomes a thread, beside the bare HTML parser on the same bytes.
//!
//! `cargo bench --bench pages` makes a page of each kind and prints, for each, the megabytes a second of the
//! bare parser building its tree and of the reader from text to thread, their ratio, and the peak memory of a
//! process that only reads this page from disk, as a multiple of the page. It fails when the reader is below
//! 40 % of the parser or takes 12 times the page's size. Time is that of the processor, where the system tells
//! it, the better of several runs counts, and the two take turns: a busy machine disturbs both alike.
//! `-- --posts 5000` makes smaller pages, `-- --kind phpbb` measures one kind only.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rejoinder::fetch::{self, Media, Page, Settings, Source};
use rejoinder::ingest::{self, Limits};
use rejoinder::thread::Thread;
use scraper::Html;

type Failure = Box<dyn std::error::Error>;

/// Turns of parser and reader.
const TURNS: usize = 7;

/// The reader's least share of the parser's speed, and the most memory as a multiple of the page.
const LEAST_SPEED: f64 = 0.40;
const MOST_MEMORY: f64 = 12.0;

/// A kind of page: its name and how a post is written.
type Kind = (&'static str, fn(usize) -> String);

static KINDS: &[Kind] = &[
    ("hacker_news", hacker_news),
    ("phpbb", phpbb),
    ("xenforo", xenforo),
    ("wordpress", wordpress),
    ("schema_org", schema_org),
    ("generic", unknown),
];

fn main() -> Result<(), Failure> {
    let mut posts = 20_000;
    let mut only = None;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--posts" => posts = args.next().unwrap_or_default().parse()?,
            "--kind" => only = args.next(),
            "--peak" => return peak(&args.next().unwrap_or_default()),
            _ => {}
        }
    }
    println!("kind            MB    parser MB/s   reader MB/s   share   memory");
    let mut held = true;
    for (kind, page) in KINDS.iter().filter(|(kind, _)| only.as_deref().is_none_or(|only| only == *kind)) {
        held &= measure(kind, &page(posts), posts)?;
    }
    if held { Ok(()) } else { Err("a reader is too slow or takes too much memory".into()) }
}

/// Prints the line of one kind; says whether it is fast and small enough.
fn measure(kind: &str, text: &str, posts: usize) -> Result<bool, Failure> {
    let (mut parser, mut reader) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        let clock = Clock::start();
        let html = Html::parse_document(text);
        parser = parser.min(clock.stop());
        drop(html);
        let page =
            Page { name: kind.to_owned(), media: Media::Html, text: text.to_owned(), ..Page::default() };
        let clock = Clock::start();
        let thread = collect(vec![page])?;
        reader = reader.min(clock.stop());
        if thread.platform != kind || thread.read() < posts {
            return Err(
                format!("{kind}: read {} of {posts} posts as {}", thread.read(), thread.platform).into()
            );
        }
    }
    let bytes = text.len() as f64;
    let share = parser.as_secs_f64() / reader.as_secs_f64();
    let memory = peak_of_child(kind, text)? / bytes;
    let rate = |time: Duration| bytes / 1e6 / time.as_secs_f64();
    println!(
        "{kind:<12}{:6.1}{:15.1}{:14.1}{:7.0} %{memory:8.1} x",
        bytes / 1e6,
        rate(parser),
        rate(reader),
        share * 100.0
    );
    Ok(share >= LEAST_SPEED && memory < MOST_MEMORY)
}

/// Time that this thread has worked; where the system does not tell, the time on the wall.
struct Clock {
    worked: Option<Duration>,
    wall: Instant,
}

impl Clock {
    fn start() -> Self {
        Self { worked: Self::worked(), wall: Instant::now() }
    }

    fn stop(self) -> Duration {
        let worked = Self::worked().zip(self.worked).map(|(now, then)| now.saturating_sub(then));
        worked.unwrap_or_else(|| self.wall.elapsed())
    }

    fn worked() -> Option<Duration> {
        let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    }
}

fn collect(pages: Vec<Page>) -> Result<Thread, Failure> {
    let limits = Limits { pages: usize::MAX, posts: usize::MAX };
    Ok(ingest::collect(pages, None, None, &limits, &mut |_| {})?)
}

/// The peak memory, in bytes, of a process that reads this page.
fn peak_of_child(kind: &str, text: &str) -> Result<f64, Failure> {
    let file = std::env::temp_dir().join(format!("rejoinder-bench-{}-{kind}.html", std::process::id()));
    fs::write(&file, text)?;
    let child = Command::new(std::env::current_exe()?).arg("--peak").arg(&file).output();
    fs::remove_file(&file)?;
    let said = String::from_utf8(child?.stdout)?;
    Ok(said.trim().parse::<f64>().map_err(|_| format!("the child said '{said}'"))?)
}

/// What the child does.
fn peak(file: &str) -> Result<(), Failure> {
    let source = Source::parse(Path::new(file), None)?;
    let thread = collect(fetch::load(&source, &Settings::default())?)?;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    let kilobytes: u64 = peak.ok_or("the system does not tell the peak memory")?.parse()?;
    println!("{}", kilobytes * 1024);
    drop(thread);
    Ok(())
}

fn hacker_news(posts: usize) -> String {
    let mut page = "<html lang=\"en\" op=\"item\"><head><title>Quays | Hacker News</title></head><body><center>\
                    <table id=\"hnmain\" border=\"0\"><tr><td><table class=\"fatitem\" border=\"0\"><tr class='athing' \
                    id='1'><td class=\"title\"><span class=\"titleline\"><a href=\"https://a.example/\">Quays</a></span>\
                    </td></tr><tr><td class=\"subtext\"><a href=\"user?id=ann\" class=\"hnuser\">ann</a></td></tr></table>\
                    <table border=\"0\" class=\"comment-tree\">"
        .to_owned();
    let mut dice = Dice(7);
    let mut depth = 0;
    for id in 2..posts + 2 {
        depth = dice.below(depth.min(9) + 2);
        let _ = writeln!(
            page,
            "<tr class='athing comtr' id='{id}'><td><table border='0'><tr><td class='ind' indent='{depth}'>\
             <img src=\"s.gif\" height=\"1\" width=\"{}\"></td><td valign=\"top\" class=\"votelinks\"><center>\
             <a id='up_{id}' href='vote?id={id}&amp;how=up&amp;goto=item%3Fid%3D1'><div class='votearrow' \
             title='upvote'></div></a></center></td><td class=\"default\"><div style=\"margin-top:2px; \
             margin-bottom:-10px;\"><span class=\"comhead\"><a href=\"user?id=u{}\" class=\"hnuser\">u{}</a> \
             <span class=\"age\" title=\"2024-01-02T03:04:05 1704164645\"><a href=\"item?id={id}\">3 months ago</a>\
             </span> <span id=\"unv_{id}\"></span><span class='navs'> | <a href=\"#{}\" class=\"clicky\" \
             aria-hidden=\"true\">prev</a> | <a href=\"#{}\" class=\"clicky\" aria-hidden=\"true\">next</a> \
             <a class=\"togg clicky\" id=\"{id}\" n=\"2\" href=\"javascript:void(0)\">[–]</a><span \
             class=\"onstory\"></span></span></span></div><br><div class=\"comment\"><div class=\"commtext c00\">{}\
             </div><div class='reply'><p><font size=\"1\"><u><a href=\"reply?id={id}&amp;goto=item%3Fid%3D1\" \
             rel=\"nofollow\">reply</a></u></font></div></div></td></tr></table></td></tr>",
            depth * 40,
            id % 997,
            id % 997,
            id - 1,
            id + 1,
            said(&mut dice, "<p>"),
        );
    }
    page + "</table></td></tr></table></center></body></html>"
}

fn phpbb(posts: usize) -> String {
    let mut page = "<!DOCTYPE html><html dir=\"ltr\" lang=\"en-gb\"><head><title>Quays - Board</title><link \
                    rel=\"canonical\" href=\"https://board.example/viewtopic.php?t=5\"></head><body id=\"phpbb\" \
                    class=\"nojs notouch section-viewtopic ltr\"><div id=\"page-body\"><h2 class=\"topic-title\">\
                    <a href=\"./viewtopic.php?t=5\">Quays</a></h2>"
        .to_owned();
    let mut dice = Dice(7);
    for id in 1..=posts {
        let quoted = 1 + dice.below(id);
        let quote = match dice.below(3) {
            0 if id > 1 => format!(
                "<blockquote cite=\"./viewtopic.php?p={quoted}#p{quoted}\"><div><cite><a href=\"./memberlist.php?\
                 mode=viewprofile&amp;u=1\">u{0}</a> wrote: <a href=\"./viewtopic.php?p={quoted}#p{quoted}\" \
                 data-post-id=\"{quoted}\">&uarr;</a><span class=\"responsive-hide\">Sat Feb 24, 2024 12:41 pm\
                 </span></cite>{1}</div></blockquote>",
                quoted % 997,
                said(&mut dice, "<br>"),
            ),
            _ => String::new(),
        };
        let _ = write!(
            page,
            "<div id=\"p{id}\" class=\"post has-profile bg2\"><div class=\"inner\"><dl class=\"postprofile\" \
             id=\"profile{id}\"><dt class=\"has-profile-rank no-avatar\"><div class=\"avatar-container\"></div><a \
             href=\"./memberlist.php?mode=viewprofile&amp;u={0}\" class=\"username\">u{0}</a></dt><dd \
             class=\"profile-rank\">Regular</dd><dd class=\"profile-posts\"><strong>Posts:</strong> <a \
             href=\"./search.php?author_id={0}&amp;sr=posts\">1189</a></dd><dd class=\"profile-joined\"><strong>\
             Joined:</strong> Mon Jul 24, 2017 9:28 am</dd></dl><div class=\"postbody\"><div \
             id=\"post_content{id}\"><h3 class=\"first\"><a href=\"#p{id}\">Re: Quays</a></h3><ul \
             class=\"post-buttons\"><li><a href=\"./posting.php?mode=quote&amp;p={id}\" title=\"Reply with quote\" \
             class=\"button button-icon-only\"><i class=\"icon fa-quote-left fa-fw\" aria-hidden=\"true\"></i><span \
             class=\"sr-only\">Quote</span></a></li></ul><p class=\"author\"><a class=\"unread\" \
             href=\"./viewtopic.php?p={id}#p{id}\" title=\"Post\"><i class=\"icon fa-file fa-fw icon-lightgray\" \
             aria-hidden=\"true\"></i><span class=\"sr-only\">Post</span></a><span class=\"responsive-hide\">by \
             <strong><a href=\"./memberlist.php?mode=viewprofile&amp;u={0}\" class=\"username\">u{0}</a></strong> \
             &raquo; </span><time datetime=\"2024-02-24T18:41:02+00:00\">Sat Feb 24, 2024 6:41 pm</time></p><div \
             class=\"content\">{quote}{1}</div><div id=\"sig{id}\" class=\"signature\">Light is life</div></div></div>\
             <div class=\"back2top\"><a href=\"#top\" class=\"top\" title=\"Top\"><i class=\"icon \
             fa-chevron-circle-up fa-fw icon-gray\" aria-hidden=\"true\"></i><span class=\"sr-only\">Top</span></a>\
             </div></div></div>\n<hr class=\"divider\">\n",
            id % 997,
            said(&mut dice, "<br>\n<br>\n"),
        );
    }
    page + "</div></body></html>"
}

fn xenforo(posts: usize) -> String {
    let mut page = "<!DOCTYPE html><html id=\"XF\" lang=\"en-GB\" dir=\"LTR\" data-app=\"public\" \
                    data-template=\"thread_view\"><head><title>Quays | Board</title><link rel=\"canonical\" \
                    href=\"https://board.example/threads/quays.5/\"></head><body data-template=\"thread_view\"><div \
                    class=\"p-title\"><h1 class=\"p-title-value\">Quays</h1></div><div class=\"block-body \
                    js-replyNewMessageContainer\">"
        .to_owned();
    let mut dice = Dice(7);
    for id in 1..=posts {
        let quoted = 1 + dice.below(id);
        let quote = match dice.below(3) {
            0 if id > 1 => format!(
                "<blockquote data-attributes=\"member: 1\" data-quote=\"u{0}\" data-source=\"post: {quoted}\" \
                 class=\"bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote js-expandWatch\"><div \
                 class=\"bbCodeBlock-title\"><a href=\"/goto/post?id={quoted}\" class=\"bbCodeBlock-sourceJump\" \
                 rel=\"nofollow\" data-xf-click=\"attribution\" data-content-selector=\"#post-{quoted}\">u{0} said:\
                 </a></div><div class=\"bbCodeBlock-content\"><div class=\"bbCodeBlock-expandContent \
                 js-expandContent \">{1}</div><div class=\"bbCodeBlock-expandLink js-expandLink\"><a role=\"button\" \
                 tabindex=\"0\">Click to expand...</a></div></div></blockquote>",
                quoted % 997,
                said(&mut dice, "<br>"),
            ),
            _ => String::new(),
        };
        let _ = write!(
            page,
            "<article class=\"message message--post js-post js-inlineModContainer\" data-author=\"u{0}\" \
             data-content=\"post-{id}\" id=\"js-post-{id}\" itemscope itemtype=\"https://schema.org/Comment\">\n<span \
             class=\"u-anchorTarget\" id=\"post-{id}\"></span>\n<div class=\"message-inner\"><div \
             class=\"message-cell message-cell--user\"><section class=\"message-user\" itemprop=\"author\" itemscope \
             itemtype=\"https://schema.org/Person\"><div class=\"message-avatar\"><div \
             class=\"message-avatar-wrapper\"><a href=\"/members/u{0}.1/\" class=\"avatar avatar--m\" \
             data-user-id=\"{0}\" data-xf-init=\"member-tooltip\"><img src=\"/data/avatars/m/0/1.jpg\" alt=\"u{0}\" \
             width=\"96\" height=\"96\" loading=\"lazy\" /></a></div></div><div class=\"message-userDetails\"><h4 \
             class=\"message-name\"><a href=\"/members/u{0}.1/\" class=\"username \" dir=\"auto\" \
             data-user-id=\"{0}\" data-xf-init=\"member-tooltip\"><span itemprop=\"name\">u{0}</span></a></h4><h5 \
             class=\"userTitle message-userTitle\" dir=\"auto\">Member</h5></div></section></div><div \
             class=\"message-cell message-cell--main\"><div class=\"message-main js-quickEditTarget\"><header \
             class=\"message-attribution message-attribution--split\"><ul class=\"message-attribution-main \
             listInline \"><li class=\"u-concealed\"><a href=\"/threads/quays.5/post-{id}\" rel=\"nofollow\" \
             itemprop=\"url\"><time class=\"u-dt\" dir=\"auto\" datetime=\"2024-02-24T18:41:02+0000\" \
             data-timestamp=\"1708800062\" title=\"24 Feb 2024 at 18:41\">24 Feb 2024</time></a></li></ul><ul \
             class=\"message-attribution-opposite message-attribution-opposite--list \"><li><a \
             href=\"/threads/quays.5/post-{id}\" rel=\"nofollow\">#{id}</a></li></ul></header><div \
             class=\"message-content js-messageContent\"><div class=\"message-userContent lbContainer \
             js-lbContainer \" data-lb-id=\"post-{id}\"><article class=\"message-body js-selectToQuote\"><div \
             itemprop=\"text\"><div class=\"bbWrapper\">{quote}{1}</div></div><div class=\"js-selectToQuoteEnd\">\
             &nbsp;</div></article></div></div><footer class=\"message-footer\"><div class=\"reactionsBar \
             js-reactionsList\"></div></footer></div></div></div></article>\n",
            id % 997,
            said(&mut dice, "<br />\n<br />\n"),
        );
    }
    page + "</div></body></html>"
}

fn wordpress(posts: usize) -> String {
    let mut page = "<!DOCTYPE html><html lang=\"en-GB\"><head><title>Quays &#8211; Notes</title><link \
                    rel=\"canonical\" href=\"https://notes.example/2023/05/quay/\"><link rel=\"https://api.w.org/\" \
                    href=\"https://notes.example/wp-json/\"></head><body class=\"single single-post postid-41\">\
                    <article id=\"post-41\" class=\"post-41 post type-post\"><h1 class=\"entry-title\">Quays</h1><div \
                    class=\"entry-content\"><p>The council asks. I say yes.</p></div></article><div id=\"comments\" \
                    class=\"comments-area\"><ol class=\"comment-list\">"
        .to_owned();
    let mut dice = Dice(7);
    let mut depth = 0;
    for id in 1..=posts {
        let wanted = if depth == 0 { 1 } else { 1 + dice.below(depth.min(4) + 1) };
        while depth >= wanted {
            page.push_str(if depth > 1 { "</li></ol>\n" } else { "</li>\n" });
            depth -= 1;
        }
        if depth > 0 {
            page.push_str("<ol class=\"children\">\n");
        }
        depth += 1;
        let _ = writeln!(
            page,
            "<li id=\"comment-{id}\" class=\"comment even thread-even depth-{depth}\"><article \
             id=\"div-comment-{id}\" class=\"comment-body\"><footer class=\"comment-meta\"><div \
             class=\"comment-author vcard\"><img alt='' src='https://g.example/avatar/0' class='avatar avatar-60 \
             photo' height='60' width='60' loading='lazy'/><b class=\"fn\"><a href=\"https://u{0}.example\" \
             class=\"url\" rel=\"ugc external nofollow\">u{0}</a></b> <span class=\"says\">says:</span></div><div \
             class=\"comment-metadata\"><a href=\"https://notes.example/2023/05/quay/#comment-{id}\"><time \
             datetime=\"2023-05-02T09:15:00+01:00\">2 May 2023 at 09:15</time></a></div></footer><div \
             class=\"comment-content\"><p>{1}</p></div><div class=\"reply\"><a rel=\"nofollow\" \
             class=\"comment-reply-link\" href=\"#comment-{id}\" data-commentid=\"{id}\" data-postid=\"41\" \
             data-belowelement=\"div-comment-{id}\" data-respondelement=\"respond\" aria-label='Reply to u{0}'>Reply\
             </a></div></article>",
            id % 997,
            said(&mut dice, "</p>\n<p>"),
        );
    }
    while depth > 0 {
        page.push_str(if depth > 1 { "</li></ol>\n" } else { "</li>\n" });
        depth -= 1;
    }
    page + "</ol></div></body></html>"
}

/// Comments of software that nobody knows, marked up as schema.org asks.
fn schema_org(posts: usize) -> String {
    let mut page = "<!DOCTYPE html><html lang=\"en\"><head><title>Quays</title><link rel=\"canonical\" \
                    href=\"https://board.example/t/5\"></head><body><article itemscope \
                    itemtype=\"https://schema.org/DiscussionForumPosting\" id=\"t5\"><h1 itemprop=\"headline\">Quays</h1>\
                    <span itemprop=\"author\" itemscope itemtype=\"https://schema.org/Person\"><a itemprop=\"url\" \
                    href=\"/u/ann\"><span itemprop=\"name\">ann</span></a></span><time itemprop=\"datePublished\" \
                    datetime=\"2024-02-24T18:41:02+00:00\">24 Feb</time><div itemprop=\"text\"><p>Close the quays.</p></div>"
        .to_owned();
    let mut dice = Dice(7);
    for id in 2..posts + 2 {
        let _ = writeln!(
            page,
            "<div class=\"c-box\" itemprop=\"comment\" itemscope itemtype=\"https://schema.org/Comment\" \
             id=\"c{id}\"><div class=\"c-head\"><span itemprop=\"author\" itemscope \
             itemtype=\"https://schema.org/Person\"><a itemprop=\"url\" href=\"/u/u{0}\"><span \
             itemprop=\"name\">u{0}</span></a></span> <a itemprop=\"url\" href=\"/t/5#c{id}\"><time \
             itemprop=\"datePublished\" datetime=\"2024-02-24T18:41:02+00:00\">24 Feb</time></a></div><div \
             class=\"c-text\" itemprop=\"text\"><p>{1}</p></div><div class=\"c-foot\"><a href=\"/t/5/reply/{id}\">\
             Reply</a></div></div>",
            id % 997,
            said(&mut dice, "</p>\n<p>"),
        );
    }
    page + "</article></body></html>"
}

/// Posts of software that nobody knows, with nothing but classes.
fn unknown(posts: usize) -> String {
    let mut page = "<!DOCTYPE html><html lang=\"en\"><head><title>Quays</title><link rel=\"canonical\" \
                    href=\"https://board.example/t/5\"></head><body><nav class=\"menu\"><a href=\"/\">Home</a></nav>\
                    <h1>Quays</h1><div class=\"thread\">"
        .to_owned();
    let mut dice = Dice(7);
    for id in 1..=posts {
        let _ = writeln!(
            page,
            "<div class=\"entry-row\" id=\"m{id}\"><div class=\"entry-side\"><img src=\"/a/{0}.png\" alt=\"\"><a \
             class=\"entry-author\" href=\"/user/u{0}\">u{0}</a><span class=\"rank\">Member</span></div><div \
             class=\"entry-main\"><div class=\"entry-top\"><a href=\"#m{id}\">#{id}</a> <time \
             datetime=\"2024-02-24T18:41:02+00:00\">24 Feb 2024</time></div><div class=\"entry-text\"><p>{1}</p></div>\
             <div class=\"entry-actions\"><a href=\"/reply/{id}\">Reply</a> <a href=\"/report/{id}\">Report</a></div>\
             </div></div>",
            id % 997,
            said(&mut dice, "</p>\n<p>"),
        );
    }
    page + "</div></body></html>"
}

/// A post of some sentences in some paragraphs.
fn said(dice: &mut Dice, between: &str) -> String {
    const WORDS: [&str; 24] = [
        "the",
        "quay",
        "of",
        "and",
        "cars",
        "is",
        "not",
        "because",
        "people",
        "they",
        "a",
        "to",
        "in",
        "this",
        "we",
        "harbour",
        "council",
        "cost",
        "lorries",
        "safe",
        "<i>never</i>",
        "children&#x27;s",
        "closed",
        "open",
    ];
    let mut text = String::new();
    for paragraph in 0..=dice.below(3) {
        if paragraph > 0 {
            text.push_str(between);
        }
        for _ in 0..=dice.below(4) {
            for _ in 0..5 + dice.below(14) {
                text.push_str(WORDS[dice.below(WORDS.len())]);
                text.push(' ');
            }
            text.push_str(["so.", "no?", "yes."][dice.below(3)]);
            text.push(' ');
        }
    }
    text
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

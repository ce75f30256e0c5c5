//! Pages from the web, asked for politely and only at public addresses.
//!
//! One request after another: robots.txt first, one polite rate for each host, redirects followed here so
//! that each step is checked, overloaded servers given time. It never sends a form, and a cookie or a password
//! only when the user gave one for the thread's own host.

mod failure;
mod pace;
mod status;
mod transport;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::Url;

use self::failure::Failure;
use self::pace::{Gap, Pace};
use self::transport::{Reply, Transport, Want};
use super::address::Guard;
use super::answer::Answer;
use super::cache::{Cache, Kept, Terms};
use super::compression::{self, Stopped};
use super::robots::{self, Robots};
use super::{Fetcher, Happening, Page, Request, Settings, Wants, Why};
use crate::error::{Error, Result};
use crate::thread::Time;

/// The name that robots.txt files may call this program by.
const ROBOT: &str = "rejoinder";

/// How often an overloaded server is asked again.
const MAX_RETRIES: u32 = 3;

/// Redirects of a robots.txt that are followed, as the standard says.
const MAX_ROBOTS_REDIRECTS: usize = 5;

/// The web itself. Made for one thread of the program; inside another async runtime, call it from a
/// blocking task.
pub struct Web {
    settings: Settings,
    transport: Transport,
    pace: RefCell<Pace>,
    /// By origin; a text is the reason why the rules could not be read.
    robots: RefCell<BTreeMap<String, std::result::Result<Robots, String>>>,
    cache: Option<RefCell<Cache>>,
    watch: Rc<dyn Fn(&Happening)>,
    /// Whether a request was made already.
    begun: Cell<bool>,
}

impl Web {
    /// A fetcher with these settings, which tells `watch` what it is about to do.
    pub fn new(settings: Settings, watch: Box<dyn Fn(&Happening)>) -> Result<Self> {
        let guard = Guard::new(settings.allow_private);
        Self::guarded(settings, guard, watch)
    }

    fn guarded(settings: Settings, guard: Guard, watch: Box<dyn Fn(&Happening)>) -> Result<Self> {
        let watch: Rc<dyn Fn(&Happening)> = Rc::from(watch);
        let transport = Transport::new(guard, settings.proxies.clone())?;
        let pace = RefCell::new(Pace::new(settings.max_time, Rc::clone(&watch)));
        let who = settings.credentials.fingerprint();
        let cache = settings.keep.as_ref().map(|keep| Cache::open(keep, who, unix_now())).transpose()?;
        let cache = cache.map(RefCell::new);
        Ok(Self {
            settings,
            transport,
            pace,
            robots: RefCell::default(),
            cache,
            watch,
            begun: Cell::new(false),
        })
    }

    /// The answer to a request, after redirects, decompressed and not decoded; from the cache when that has
    /// it and it need not be asked for.
    pub(super) fn answer(&self, request: &Request) -> Result<Answer> {
        self.begin(request);
        let kept = self.kept(request);
        if let (Some(kept), Some(cache)) = (&kept, &self.cache)
            && cache.borrow().is_fresh(kept)
        {
            return Ok(kept.answer.clone());
        }
        let (answer, terms) = self.answer_of_web(request, kept)?;
        if let (Some(cache), 200 | 203) = (&self.cache, answer.status) {
            cache.borrow_mut().put(request, &answer, &terms);
        }
        Ok(answer)
    }

    /// Looks, before the first request, for a reading of the same that broke off.
    fn begin(&self, request: &Request) {
        if self.begun.replace(true) {
            return;
        }
        let since = self.cache.as_ref().and_then(|cache| cache.borrow_mut().begin(request));
        if let Some(since) = since {
            (self.watch)(&Happening::Continued { since });
        }
    }

    /// What the cache has for a request, unless it came from an address that must not be asked today.
    fn kept(&self, request: &Request) -> Option<Kept> {
        let kept = self.cache.as_ref()?.borrow_mut().find(request, self.settings.max_bytes)?;
        let allowed = |url: &Url| self.transport.refusal(url).is_none();
        (allowed(&request.url) && allowed(&kept.answer.url)).then_some(kept)
    }

    /// The answer as the web gives it, and its terms for keeping it.
    fn answer_of_web(&self, request: &Request, kept: Option<Kept>) -> Result<(Answer, Terms)> {
        let mut url = bare(&request.url);
        let mut seen = BTreeSet::new();
        let mut sets_cookie = false;
        for _ in 0..=self.settings.max_redirects {
            if !seen.insert(url.to_string()) {
                return Err(failed(&request.url, circle(&url, sets_cookie)));
            }
            let gap = self.permit(&url)?;
            let known = kept.as_ref().filter(|kept| kept.answer.url == url);
            let mut headers = self.settings.credentials.headers_for(&url, unix_now());
            headers.extend(known.into_iter().flat_map(Kept::conditions));
            let accept = accept(request.wants);
            let want = Want { accept, max_bytes: self.settings.max_bytes, cut: false, headers: &headers };
            let reply = self.ask(&url, &want, gap).map_err(|failure| failure.into_error(&url))?;
            if let (304, Some(known)) = (reply.status, known) {
                return Ok((
                    Answer { fetched_at: now(), ..known.answer.clone() },
                    known.renewed(reply.terms),
                ));
            }
            sets_cookie |= reply.sets_cookie;
            match redirect(&url, &reply)? {
                Some(next) => url = next,
                None => {
                    let terms = reply.terms.clone();
                    return Ok((self.accepted(url, reply)?, terms));
                }
            }
        }
        let count = self.settings.max_redirects;
        let reason = format!("it redirects more than {count} times; raise the limit with --max-redirects");
        Err(failed(&request.url, reason))
    }

    /// The reply as an answer, or what its status means.
    fn accepted(&self, url: Url, reply: Reply) -> Result<Answer> {
        if !(200..300).contains(&reply.status) {
            return Err(status::error(&url, reply));
        }
        // Archives of mailing lists are packed files, which is not the same as packed answers.
        let limit = self.settings.max_bytes;
        let bytes = compression::read(reply.body.as_slice(), limit).map_err(|stopped| match stopped {
            Stopped::TooLarge => Error::TooLarge { what: url.to_string(), limit, flag: "--max-bytes" },
            Stopped::Unreadable(source) | Stopped::Damaged(source) => Error::Fetch {
                url: url.to_string(),
                reason: "what it holds cannot be decompressed".to_owned(),
                source: Some(Box::new(source)),
            },
        })?;
        if bytes.is_empty() {
            return Err(failed(&url, format!("the answer is empty (status {})", reply.status)));
        }
        Ok(Answer { url, status: reply.status, content_type: reply.content_type, fetched_at: now(), bytes })
    }

    /// Whether robots.txt lets this address be asked, and how long to wait between requests if it does.
    fn permit(&self, url: &Url) -> Result<Gap> {
        let house = Gap { pause: self.settings.wait, why: Why::Rate };
        if let Some(reason) = self.transport.refusal(url) {
            return Err(Error::Refused { url: url.to_string(), reason });
        }
        if self.settings.ignore_robots {
            return Ok(house);
        }
        let origin = url.origin().ascii_serialization();
        let known = self.robots.borrow().get(&origin).cloned();
        let rules = match known {
            Some(rules) => rules,
            None => {
                let rules = self.read_robots(url)?;
                self.robots.borrow_mut().insert(origin, rules.clone());
                rules
            }
        };
        let rules = rules.map_err(|reason| failed(url, reason))?;
        let path = url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        if !rules.allows(&path) {
            let reason = "its robots.txt asks programs not to read this address; save the page from your \
                          browser and give the file, or add --ignore-robots if the site lets you"
                .to_owned();
            return Err(Error::Refused { url: url.to_string(), reason });
        }
        match rules.crawl_delay {
            Some(pause) if pause > house.pause => Ok(Gap { pause, why: Why::CrawlDelay }),
            _ => Ok(house),
        }
    }

    /// The rules of the address's origin. The outer error is one that the page itself would meet as well;
    /// the inner one is the reason why there are no rules to keep to, so that nothing may be asked.
    fn read_robots(&self, page: &Url) -> Result<std::result::Result<Robots, String>> {
        let unreadable = |reason: String| {
            format!(
                "its robots.txt cannot be read ({reason}), so what the site allows is unknown; \
                 try later, or add --ignore-robots if you know that it lets you"
            )
        };
        let mut url = page.clone();
        url.set_path("/robots.txt");
        url.set_query(None);
        let want =
            Want { accept: "text/plain, */*;q=0.1", max_bytes: robots::MAX_BYTES, cut: true, headers: &[] };
        for hop in 0..=MAX_ROBOTS_REDIRECTS {
            if let Some(reason) = self.transport.refusal(&url) {
                return Ok(Err(unreadable(format!("it redirects to {url}, and {reason}"))));
            }
            // Not counted in the pace: a page right after the rules for it is one visit.
            let reply = match self.ask(&url, &want, Gap::none()) {
                Ok(reply) => reply,
                Err(failure) if hop == 0 && failure.concerns_the_host() => {
                    return Err(failure.into_error(page));
                }
                Err(failure) => return Ok(Err(unreadable(failure.reason))),
            };
            match reply.status {
                200..300 => return Ok(Ok(Robots::parse(&String::from_utf8_lossy(&reply.body), ROBOT))),
                300..400 => match redirect(&url, &reply) {
                    Ok(Some(next)) => url = next,
                    _ => return Ok(Ok(Robots::default())),
                },
                500.. => return Ok(Err(unreadable(format!("it answered {}", reply.status)))),
                _ => return Ok(Ok(Robots::default())),
            }
        }
        Ok(Ok(Robots::default()))
    }

    /// One address asked until it answers for good: again after a pause when the server is overloaded, and
    /// once more when the connection breaks.
    fn ask(&self, url: &Url, want: &Want<'_>, gap: Gap) -> std::result::Result<Reply, Failure> {
        let host = url.host_str().unwrap_or_default();
        let mut pace = self.pace.borrow_mut();
        let (mut retries, mut broke) = (0, false);
        loop {
            pace.wait_for(host, gap)?;
            let (time, flag) = pace.time_for_one(self.settings.timeout)?;
            (self.watch)(&Happening::Asking { host: host.to_owned() });
            match self.transport.get(url, want, time, flag) {
                Err(failure) if failure.is_broken_connection() && !broke => {
                    broke = true;
                    pace.pause(host, Gap { pause: self.settings.wait, why: Why::BackOff })?;
                }
                Ok(reply) if matches!(reply.status, 429 | 502..=504) && retries < MAX_RETRIES => {
                    let Some(pause) = self.pause_before_retry(&reply, retries) else { return Ok(reply) };
                    retries += 1;
                    // Running out of time here is the server's doing; its own words say more.
                    if pace.pause(host, pause).is_err() {
                        return Ok(reply);
                    }
                }
                other => return other,
            }
        }
    }

    /// How long an overloaded server wants to be left alone; `None` when that is too long to sit out.
    fn pause_before_retry(&self, reply: &Reply, retries: u32) -> Option<Gap> {
        match reply.retry_after.as_deref().and_then(|text| pace::retry_after(text, SystemTime::now())) {
            Some(pause) => (pause <= pace::MAX_RETRY_AFTER).then_some(Gap { pause, why: Why::RetryAfter }),
            None => {
                let pause = self.settings.wait.saturating_mul(2u32.saturating_pow(retries + 1));
                Some(Gap { pause: pause.min(pace::MAX_RETRY_AFTER), why: Why::BackOff })
            }
        }
    }
}

impl Fetcher for Web {
    fn fetch(&self, request: &Request) -> Result<Page> {
        self.answer(request)?.page()
    }

    fn finished(&self) {
        if let Some(cache) = &self.cache {
            cache.borrow_mut().finish();
        }
    }

    fn forget(&self, request: &Request) {
        if let Some(cache) = &self.cache {
            cache.borrow_mut().forget(request);
        }
    }
}

/// What to say of redirects in a circle: most of them look whether a cookie that they set comes back.
fn circle(url: &Url, sets_cookie: bool) -> String {
    let mut words = format!("it redirects in a circle, back to {url}");
    if sets_cookie {
        words += "; it sets a cookie on the way and waits for it to come back, so open it in a browser and give the \
                  browser's cookies with --cookies FILE, or save the page and give the file";
    }
    words
}

/// The address without what is never sent: a fragment, a user name, a password.
fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // These fail only for addresses that cannot have either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// Where a reply sends us, when it does.
fn redirect(from: &Url, reply: &Reply) -> Result<Option<Url>> {
    if !matches!(reply.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = reply.location.as_deref() else {
        return Err(failed(from, format!("it answered {} without saying where to go", reply.status)));
    };
    match from.join(location) {
        Ok(next) => Ok(Some(bare(&next))),
        Err(_) => Err(failed(from, "it redirects to something that is no address".to_owned())),
    }
}

fn accept(wants: Wants) -> &'static str {
    match wants {
        Wants::Html => "text/html, application/xhtml+xml, application/json;q=0.5, */*;q=0.1",
        Wants::Json => {
            "application/json, application/activity+json;q=0.9, application/ld+json;q=0.8, */*;q=0.1"
        }
    }
}

fn failed(url: &Url, reason: String) -> Error {
    Error::Fetch { url: url.to_string(), reason, source: None }
}

fn now() -> Option<Time> {
    Time::from_unix(unix_now())
}

fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;

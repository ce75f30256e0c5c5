//! One request and its reply, within limits of time and size.
//!
//! The only file that knows the HTTP library and its runtime. It follows no redirect and repeats nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ACCEPT, AGE, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED,
    LOCATION, RETRY_AFTER, SET_COOKIE,
};
use reqwest::{Client, ClientBuilder, Proxy, Response, redirect};
use tokio::runtime::Runtime;
use url::{Host, Url};

use super::failure::{Failure, Forbidden};
use crate::error::{Error, Result};
use crate::fetch::Proxies;
use crate::fetch::address::Guard;
use crate::fetch::cache::Terms;

const USER_AGENT: &str =
    concat!("rejoinder/", env!("CARGO_PKG_VERSION"), " (discussion thread reader; honours robots.txt)");

/// What is asked for and how much of it is taken.
pub(super) struct Want<'a> {
    pub(super) accept: &'a str,
    /// Bytes after decompression.
    pub(super) max_bytes: u64,
    /// Whether a longer body is cut instead of refused.
    pub(super) cut: bool,
    /// Further headers, with names in lower case.
    pub(super) headers: &'a [(String, String)],
}

/// Bytes of an error's page: enough to see which wall it is.
const MAX_WALL: usize = 256 << 10;

/// Time for an error's page, which is welcome and not needed.
const TIME_FOR_WALL: Duration = Duration::from_secs(5);

/// Time for looking up a name that a proxy will resolve anyway.
const TIME_FOR_LOOKUP: Duration = Duration::from_secs(3);

/// What a server replied, as far as it matters here.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) content_type: Option<String>,
    /// Whether a guard against robots answered in place of the site.
    pub(super) challenge: bool,
    pub(super) terms: Terms,
    pub(super) sets_cookie: bool,
    /// Decompressed; of an error only the beginning, as far as it came.
    pub(super) body: Vec<u8>,
}

pub(super) struct Transport {
    guard: Guard,
    proxies: Proxies,
    /// By the proxy that it uses.
    clients: Vec<(Option<Url>, Client)>,
    /// Taken only when dropped.
    runtime: Option<Runtime>,
}

impl Transport {
    pub(super) fn new(guard: Guard, proxies: Proxies) -> Result<Self> {
        let unusable = |reason: &str, source: Box<dyn std::error::Error + Send + Sync>| Error::Fetch {
            url: "anything".to_owned(),
            reason: reason.to_owned(),
            source: Some(source),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| unusable("the network cannot be used", error.into()))?;
        let tls = tls().map_err(|error| unusable("secure connections cannot be set up", error.into()))?;
        let mut clients = Vec::new();
        let direct = builder(&tls).dns_resolver(Arc::new(GuardedNames(guard.clone()))).no_proxy();
        clients.push((None, direct));
        for proxy in proxies.all() {
            // The only connections of this client are those to the proxy, which the user chose.
            let through = Proxy::all(proxy.clone()).map(|through| builder(&tls).no_proxy().proxy(through));
            let through = through.map_err(|error| unusable("the proxy cannot be used", error.into()))?;
            clients.push((Some(proxy.clone()), through));
        }
        let clients = clients.into_iter().map(|(proxy, builder)| Ok((proxy, builder.build()?)));
        let clients: reqwest::Result<_> = clients.collect();
        let clients = clients.map_err(|error| unusable("the HTTP client cannot be set up", error.into()))?;
        Ok(Self { guard, proxies, clients, runtime: Some(runtime) })
    }

    /// Why this address must not be asked; see [`Guard::refusal_of_url`].
    pub(super) fn refusal(&self, url: &Url) -> Option<String> {
        match self.proxies.for_url(url) {
            Some(_) => self.guard.refusal_through_proxy(url),
            None => self.guard.refusal_of_url(url),
        }
    }

    /// Asks once. `flag` is the one that sets `time`.
    pub(super) fn get(
        &self,
        url: &Url,
        want: &Want<'_>,
        time: Duration,
        flag: &str,
    ) -> std::result::Result<Reply, Failure> {
        let Some(runtime) = &self.runtime else {
            return Err(Failure::unusable("the network is closed".to_owned()));
        };
        let exchange =
            runtime.block_on(async { tokio::time::timeout(time, self.exchange(url, want, time)).await });
        let exchange = exchange.unwrap_or_else(|_| {
            let seconds = time.as_secs_f64();
            Err(Failure::timed_out(format!(
                "the answer was not complete after {seconds:.1} s; raise the limit with {flag}"
            )))
        });
        exchange.map_err(|failure| failure.through(self.proxies.shown_for(url)))
    }

    /// Refuses a name that the proxy would resolve when it stands for a private address here as well. A name
    /// that cannot be looked up here is the proxy's to judge: behind many a proxy nothing else resolves names.
    async fn look_up(&self, url: &Url, proxy: &Url) -> std::result::Result<(), Failure> {
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        if proxy.scheme() == "socks5h" {
            return Ok(());
        }
        let looked_up = tokio::time::timeout(TIME_FOR_LOOKUP, tokio::net::lookup_host((name, 0))).await;
        let mut addresses = looked_up.ok().and_then(std::io::Result::ok).into_iter().flatten();
        match addresses.find_map(|address| self.guard.refusal(address.ip())) {
            Some(reason) => Err(Failure::refused(format!("{name} stands for {reason}"))),
            None => Ok(()),
        }
    }

    async fn exchange(
        &self,
        url: &Url,
        want: &Want<'_>,
        time: Duration,
    ) -> std::result::Result<Reply, Failure> {
        let proxy = self.proxies.for_url(url);
        if let Some(proxy) = proxy {
            self.look_up(url, proxy).await?;
        }
        let Some((_, client)) = self.clients.iter().find(|(of, _)| of.as_ref() == proxy) else {
            return Err(Failure::unusable("there is no client for its proxy".to_owned()));
        };
        let mut request = client.get(url.clone()).header(ACCEPT, want.accept);
        for (name, value) in want.headers {
            let Ok(mut value) = HeaderValue::from_str(value) else { continue };
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(Failure::of)?;
        let headers = response.headers();
        let mut reply = Reply {
            status: response.status().as_u16(),
            location: text(headers, &LOCATION),
            retry_after: text(headers, &RETRY_AFTER),
            content_type: text(headers, &CONTENT_TYPE),
            terms: Terms {
                etag: text(headers, &ETAG),
                last_modified: text(headers, &LAST_MODIFIED),
                cache_control: all(headers, &CACHE_CONTROL),
                age: text(headers, &AGE),
            },
            sets_cookie: headers.contains_key(SET_COOKIE),
            challenge: headers.get("cf-mitigated").is_some_and(|value| value == "challenge"),
            body: Vec::new(),
        };
        if !response.status().is_success() {
            if reply.status >= 400 && reply.content_type.as_deref().and_then(no_page).is_none() {
                let patience = TIME_FOR_WALL.min(time / 3);
                let _ = tokio::time::timeout(patience, read_start(&mut response, &mut reply.body)).await;
            }
            return Ok(reply);
        }
        if let Some(what) = reply.content_type.as_deref().and_then(no_page) {
            return Err(Failure::unusable(format!("it is {what}, not a page of text")));
        }
        if !want.cut && response.content_length().is_some_and(|length| length > want.max_bytes) {
            return Err(Failure::too_large(want.max_bytes));
        }
        while let Some(chunk) = response.chunk().await.map_err(Failure::of)? {
            let room = usize::try_from(want.max_bytes).unwrap_or(usize::MAX).saturating_sub(reply.body.len());
            if chunk.len() > room && !want.cut {
                return Err(Failure::too_large(want.max_bytes));
            }
            reply.body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if want.cut && reply.body.len() as u64 >= want.max_bytes {
                break;
            }
        }
        Ok(reply)
    }
}

impl Drop for Transport {
    /// Leaves a name lookup that hangs behind instead of waiting for it.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Names resolved by the system, with the addresses that must not be asked taken out: what is checked here
/// is what is connected to.
struct GuardedNames(Guard);

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let host = name.as_str();
            let (mut allowed, mut refusal): (Vec<SocketAddr>, _) = (Vec::new(), None);
            for address in tokio::net::lookup_host((host, 0)).await? {
                match guard.refusal(address.ip()) {
                    None => allowed.push(address),
                    Some(reason) => refusal = Some(format!("{host} stands for {reason}")),
                }
            }
            match (allowed.is_empty(), refusal) {
                (true, Some(reason)) => Err(Forbidden(reason).into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// Takes in the beginning of a body, as far as it comes.
async fn read_start(response: &mut Response, body: &mut Vec<u8>) {
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MAX_WALL.saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if body.len() >= MAX_WALL {
            return;
        }
    }
}

/// What all clients have in common.
fn builder(tls: &rustls::ClientConfig) -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .tls_backend_preconfigured(tls.clone())
        .redirect(redirect::Policy::none())
        .referer(false)
        // Between requests nothing attends to idle connections, so they soon go stale.
        .pool_idle_timeout(Duration::from_secs(15))
}

/// TLS by ring, trusting the roots that browsers trust.
fn tls() -> std::result::Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    #[cfg_attr(not(test), expect(unused_mut, reason = "tests trust one root more"))]
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    #[cfg(test)]
    roots.add(include_bytes!("../../../tests/support/loopback.crt.der").as_slice().into())?;
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// A header as text. Servers write addresses in UTF-8 although the standard has no room for it.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned())
}

/// A header that may stand several times, as one text.
fn all(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<_> =
        headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// What a content type says that is surely no page.
fn no_page(content_type: &str) -> Option<&'static str> {
    let kind = content_type.trim_start().to_ascii_lowercase();
    let what = [
        ("image/", "a picture"),
        ("video/", "a film"),
        ("audio/", "a sound"),
        ("font/", "a font"),
        ("application/pdf", "a PDF document"),
    ];
    what.iter().find(|(prefix, _)| kind.starts_with(prefix)).map(|(_, what)| *what)
}

//! One request and its reply, within limits of time and size.
//!
//! The only file that knows the HTTP library and its runtime. It follows no redirect and repeats nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER};
use reqwest::{Client, redirect};
use tokio::runtime::Runtime;
use url::Url;

use super::failure::{Failure, Forbidden};
use crate::error::{Error, Result};
use crate::fetch::address::Guard;

const USER_AGENT: &str =
    concat!("rejoinder/", env!("CARGO_PKG_VERSION"), " (discussion thread reader; honours robots.txt)");

/// What is asked for and how much of it is taken.
pub(super) struct Want<'a> {
    pub(super) accept: &'a str,
    /// Bytes after decompression.
    pub(super) max_bytes: u64,
    /// Whether a longer body is cut instead of refused.
    pub(super) cut: bool,
}

/// What a server replied, as far as it matters here.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) content_type: Option<String>,
    /// Whether a guard against robots answered in place of the site.
    pub(super) challenge: bool,
    /// Decompressed; only read when the status is a success.
    pub(super) body: Vec<u8>,
}

pub(super) struct Transport {
    guard: Guard,
    client: Client,
    /// Taken only when dropped.
    runtime: Option<Runtime>,
}

impl Transport {
    pub(super) fn new(guard: Guard) -> Result<Self> {
        let unusable = |reason: &str, source: Box<dyn std::error::Error + Send + Sync>| Error::Fetch {
            url: "anything".to_owned(),
            reason: reason.to_owned(),
            source: Some(source),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| unusable("the network cannot be used", error.into()))?;
        let tls = tls().map_err(|error| unusable("secure connections cannot be set up", error.into()))?;
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(GuardedNames(guard.clone())))
            // A proxy resolves names itself, behind the guard's back.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            // Between requests nothing attends to idle connections, so they soon go stale.
            .pool_idle_timeout(Duration::from_secs(15))
            .build();
        let client = client.map_err(|error| unusable("the HTTP client cannot be set up", error.into()))?;
        Ok(Self { guard, client, runtime: Some(runtime) })
    }

    /// Why this address must not be asked; see [`Guard::refusal_of_url`].
    pub(super) fn refusal(&self, url: &Url) -> Option<String> {
        self.guard.refusal_of_url(url)
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
        let exchange = runtime.block_on(async { tokio::time::timeout(time, self.exchange(url, want)).await });
        exchange.unwrap_or_else(|_| {
            let seconds = time.as_secs_f64();
            Err(Failure::timed_out(format!(
                "the answer was not complete after {seconds:.1} s; raise the limit with {flag}"
            )))
        })
    }

    async fn exchange(&self, url: &Url, want: &Want<'_>) -> std::result::Result<Reply, Failure> {
        let request = self.client.get(url.clone()).header(ACCEPT, want.accept);
        let mut response = request.send().await.map_err(Failure::of)?;
        let headers = response.headers();
        let mut reply = Reply {
            status: response.status().as_u16(),
            location: text(headers, &LOCATION),
            retry_after: text(headers, &RETRY_AFTER),
            content_type: text(headers, &CONTENT_TYPE),
            challenge: headers.get("cf-mitigated").is_some_and(|value| value == "challenge"),
            body: Vec::new(),
        };
        if !response.status().is_success() {
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

/// TLS by ring, trusting the roots that browsers trust.
fn tls() -> std::result::Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
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

//! A web server on this machine that behaves as well or as badly as a test wants.
//!
//! It knows just enough HTTP to mislead a client: one request a connection, every reply written by hand.

#![allow(dead_code)] // Each test file uses another part of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A running server; it stops when dropped.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    stop: Arc<AtomicBool>,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// How often this path had been asked before.
    pub before: usize,
}

impl Asked {
    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What to reply.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Whole(Vec<u8>),
    /// These bytes under a Content-Length that promises more, then the connection is closed.
    Cut(Vec<u8>),
    /// These bytes again and again, with a pause after each time, until the client leaves.
    Endless(Vec<u8>, Duration),
    /// These bytes and nothing around them.
    Raw(Vec<u8>),
    /// Not even a status line; the connection is closed.
    Nothing,
    /// Not even a status line, and the connection stays open.
    Silence,
}

impl Reply {
    /// A status with a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(body.into()) }
    }

    /// A page in HTML.
    pub fn html(body: &str) -> Self {
        Self::new(200, body).with("Content-Type", "text/html; charset=utf-8")
    }

    /// An answer in JSON.
    pub fn json(body: &str) -> Self {
        Self::new(200, body).with("Content-Type", "application/json")
    }

    /// Text, as robots.txt has it.
    pub fn text(body: &str) -> Self {
        Self::new(200, body).with("Content-Type", "text/plain")
    }

    /// The usual "there is no such page".
    pub fn not_found() -> Self {
        Self::new(404, "not found")
    }

    /// A redirect.
    pub fn redirect(to: &str) -> Self {
        Self::new(302, "").with("Location", to)
    }

    /// A body that is closed before it is complete.
    pub fn cut(body: &str) -> Self {
        Self { body: Body::Cut(body.into()), ..Self::html("") }
    }

    /// A body that never ends, and how long each piece takes.
    pub fn endless(piece: &str, pause: Duration) -> Self {
        Self { body: Body::Endless(piece.into(), pause), ..Self::html("") }
    }

    /// The same with another status.
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Bytes that need not be HTTP.
    pub fn raw(bytes: &[u8]) -> Self {
        Self { body: Body::Raw(bytes.into()), ..Self::html("") }
    }

    /// The connection is closed without a word.
    pub fn nothing() -> Self {
        Self { body: Body::Nothing, ..Self::html("") }
    }

    /// The connection stays open without a word.
    pub fn silence() -> Self {
        Self { body: Body::Silence, ..Self::html("") }
    }

    /// The same with one more header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Server {
    /// Starts a server that answers every request as this function says.
    pub fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (log, stopped, answer) = (asked.clone(), stop.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (log, stopped, answer) = (log.clone(), stopped.clone(), answer.clone());
                thread::spawn(move || {
                    if let Ok(stream) = stream {
                        // A client that leaves early is the point of many tests.
                        let _ = serve(&stream, &log, &stopped, &*answer);
                    }
                });
            }
        });
        Self { address, asked, stop }
    }

    /// Starts a server that gives these pages and nothing else.
    pub fn with_pages(pages: &[(&str, Reply)]) -> Self {
        let pages: Vec<(String, Reply)> =
            pages.iter().map(|(path, reply)| ((*path).to_owned(), reply.clone())).collect();
        Self::start(move |asked| {
            let found = pages.iter().find(|(path, _)| *path == asked.path);
            found.map_or_else(Reply::not_found, |(_, reply)| reply.clone())
        })
    }

    /// The whole address of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// All requests so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The paths of all requests so far, in order.
    pub fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the loop that waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(
    stream: &TcpStream,
    log: &Mutex<Vec<Asked>>,
    stopped: &AtomicBool,
    answer: &dyn Fn(&Asked) -> Reply,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut first_byte = [0];
    if stream.peek(&mut first_byte)? == 1 && first_byte == [0x16] {
        // The client begins to speak TLS; servers for plain HTTP say this.
        return (&*stream).write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    }
    let mut lines = BufReader::new(stream.take(64 * 1024)).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let Some(path) = first.split(' ').nth(1).map(str::to_owned) else { return Ok(()) };
    let mut headers = Vec::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let asked = {
        let mut log = log.lock().unwrap();
        let before = log.iter().filter(|asked| asked.path == path).count();
        let asked = Asked { path, headers, before };
        log.push(asked.clone());
        asked
    };
    write(stream, &answer(&asked), stopped)?;
    stream.shutdown(Shutdown::Write)
}

fn write(mut stream: &TcpStream, reply: &Reply, stopped: &AtomicBool) -> std::io::Result<()> {
    let length = match &reply.body {
        Body::Whole(body) => Some(body.len()),
        Body::Cut(body) => Some(body.len() + 1000),
        Body::Endless(..) => None,
        Body::Raw(bytes) => return stream.write_all(bytes),
        Body::Nothing => return Ok(()),
        Body::Silence => {
            while !stopped.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(10));
            }
            return Ok(());
        }
    };
    let mut head = format!("HTTP/1.1 {} Reply\r\nConnection: close\r\n", reply.status);
    if let Some(length) = length {
        head += &format!("Content-Length: {length}\r\n");
    }
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all((head + "\r\n").as_bytes())?;
    match &reply.body {
        Body::Whole(body) | Body::Cut(body) => stream.write_all(body),
        Body::Endless(piece, pause) => {
            while !stopped.load(Ordering::SeqCst) {
                stream.write_all(piece)?;
                thread::sleep(*pause);
            }
            Ok(())
        }
        Body::Raw(_) | Body::Nothing | Body::Silence => Ok(()),
    }
}

//! What a waiting person is told, on standard error: nothing in the first second, then a line now and then.

use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use rejoinder::fetch::{Happening, Waiting};
use rejoinder::ingest::Event;
use rejoinder::pipeline::Stage;

/// Tells how far the work is. On a terminal one line is rewritten; elsewhere lines follow each other.
#[derive(Debug)]
pub struct Progress {
    quiet: bool,
    terminal: bool,
    started: Instant,
    told: Cell<Option<Instant>>,
    open_line: Cell<bool>,
    /// Pages and posts, once there are some.
    so_far: RefCell<String>,
}

/// Silence before the first word.
const PATIENCE: Duration = Duration::from_secs(1);

/// Time between two words, on a terminal and elsewhere.
const OFTEN: Duration = Duration::from_millis(150);
const SELDOM: Duration = Duration::from_secs(2);

impl Progress {
    /// Progress from now on.
    pub fn new(quiet: bool) -> Self {
        Self {
            quiet,
            terminal: io::stderr().is_terminal(),
            started: Instant::now(),
            told: Cell::new(None),
            open_line: Cell::new(false),
            so_far: RefCell::default(),
        }
    }

    /// A page was read.
    pub fn page(&self, event: Event<'_>) {
        let Event::Page { name, pages, posts, declared } = event;
        let of = declared.map_or_else(String::new, |declared| format!(" of {declared}"));
        let plural = if pages == 1 { "" } else { "s" };
        let so_far = format!("read {pages} page{plural}, {posts}{of} posts");
        self.tell(&format!("{so_far} ({})", shown(name)), false);
        self.so_far.replace(so_far);
    }

    /// The fetcher does something.
    pub fn happening(&self, happening: &Happening) {
        match happening {
            Happening::Waiting(waiting) => self.waiting(waiting),
            Happening::Asking { host } => self.tell(&self.with_counts(&format!("asking {}", shown(host))), false),
            Happening::Continued { since } => self.say(&format!(
                "note: going on with a reading that broke off; it began at {since}, and pages fetched since then \
                 are not asked for again (--no-cache reads all afresh)"
            )),
            _ => {}
        }
    }

    fn waiting(&self, waiting: &Waiting) {
        let seconds = waiting.pause.as_secs_f64();
        let text = format!("waiting {seconds:.1} s for {} ({})", shown(&waiting.host), waiting.why.words());
        // The ordinary pace is no news; a long pause always is.
        self.tell(&self.with_counts(&text), waiting.pause >= Duration::from_secs(2));
    }

    /// What is going on, after what has been read.
    fn with_counts(&self, text: &str) -> String {
        let so_far = self.so_far.borrow();
        if so_far.is_empty() { text.to_owned() } else { format!("{so_far}; {text}") }
    }

    /// So many threads of many are done.
    pub fn threads(&self, done: usize, all: usize) {
        self.tell(&format!("{done} of {all} threads"), false);
    }

    /// A stage begins.
    pub fn stage(&self, stage: Stage) {
        self.tell(stage.doing(), false);
    }

    /// Says something at once, unless quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.close_line();
            let _ = writeln!(io::stderr(), "{}", shown(text));
        }
    }

    /// Ends a line that is still being rewritten.
    pub fn close_line(&self) {
        if self.open_line.replace(false) {
            let _ = write!(io::stderr(), "\r{:width$}\r", "", width = 78);
        }
    }

    fn tell(&self, text: &str, at_once: bool) {
        let now = Instant::now();
        let pause = if self.terminal { OFTEN } else { SELDOM };
        let due = match self.told.get() {
            None => now.duration_since(self.started) >= PATIENCE,
            Some(last) => now.duration_since(last) >= pause,
        };
        if self.quiet || !(due || at_once) {
            return;
        }
        self.told.set(Some(now));
        let mut stderr = io::stderr();
        let _ = if self.terminal {
            self.open_line.set(true);
            let line: String = text.chars().take(76).collect();
            write!(stderr, "\r{line:<78}")
        } else {
            writeln!(stderr, "{text}")
        };
    }
}

/// Text from outside without what could move a terminal's cursor, colour it or reorder its words.
pub fn shown(text: &str) -> String {
    let reorders = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let harmless = |c: char| c == '\n' || !(c.is_control() || reorders(c));
    text.chars().map(|c| if harmless(c) { c } else { '\u{FFFD}' }).collect()
}

//! When the next request may be made, and how much time is left.
//!
//! The only place of the library that sleeps, and it says so first.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::failure::Failure;
use crate::fetch::{Happening, Waiting, Why};

/// A longer Retry-After is not sat out: the user is told instead.
pub(super) const MAX_RETRY_AFTER: Duration = Duration::from_secs(120);

/// The time between two requests and whose wish it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    pub(super) pause: Duration,
    pub(super) why: Why,
}

impl Gap {
    pub(super) fn none() -> Self {
        Self { pause: Duration::ZERO, why: Why::Rate }
    }
}

pub(super) struct Pace {
    max_time: Duration,
    /// Set by the first request.
    began: Option<Instant>,
    /// When each host was last asked.
    asked: BTreeMap<String, Instant>,
    watch: Rc<dyn Fn(&Happening)>,
}

impl Pace {
    pub(super) fn new(max_time: Duration, watch: Rc<dyn Fn(&Happening)>) -> Self {
        Self { max_time, began: None, asked: BTreeMap::new(), watch }
    }

    /// Waits until the host may be asked again, and notes that it is being asked now. The first request to
    /// a host never waits; without a gap nothing is noted either.
    pub(super) fn wait_for(&mut self, host: &str, gap: Gap) -> Result<(), Failure> {
        self.began.get_or_insert_with(Instant::now);
        if gap.pause.is_zero() {
            return Ok(());
        }
        if let Some(last) = self.asked.get(host) {
            let rest = gap.pause.saturating_sub(last.elapsed());
            self.pause(host, Gap { pause: rest, why: gap.why })?;
        }
        self.asked.insert(host.to_owned(), Instant::now());
        Ok(())
    }

    /// Sleeps, unless the time in all does not allow it.
    pub(super) fn pause(&self, host: &str, gap: Gap) -> Result<(), Failure> {
        if gap.pause.is_zero() {
            return Ok(());
        }
        if gap.pause >= self.left() {
            return Err(self.out_of_time());
        }
        let waiting = Waiting { host: host.to_owned(), pause: gap.pause, why: gap.why };
        (self.watch)(&Happening::Waiting(waiting));
        std::thread::sleep(gap.pause);
        Ok(())
    }

    /// How long one request may take, and the flag that sets this limit.
    pub(super) fn time_for_one(&self, timeout: Duration) -> Result<(Duration, &'static str), Failure> {
        let left = self.left();
        if left.is_zero() {
            Err(self.out_of_time())
        } else if left < timeout {
            Ok((left, "--max-time"))
        } else {
            Ok((timeout, "--timeout"))
        }
    }

    fn left(&self) -> Duration {
        self.max_time.saturating_sub(self.began.map_or(Duration::ZERO, |began| began.elapsed()))
    }

    fn out_of_time(&self) -> Failure {
        let seconds = self.max_time.as_secs_f64();
        Failure::timed_out(format!("the time for all requests ({seconds} s) is up; raise it with --max-time"))
    }
}

/// What a Retry-After header asks for: seconds, or a date as HTTP writes it.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a long time as well.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let then = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_second();
    let now = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(Duration::from_secs(u64::try_from(then).ok()?.saturating_sub(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let read = |text| retry_after(text, now).map(|pause| pause.as_secs());
        assert_eq!(read("120"), Some(120));
        assert_eq!(read(" 0 "), Some(0));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0), "a date that has passed");
        assert_eq!(read("99999999999999999999999"), Some(u64::MAX));
        for nonsense in ["", "soon", "-5", "1.5", "Sun, 99 Nov 1994"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}

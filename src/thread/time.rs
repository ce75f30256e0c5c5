//! When something was written, as an absolute time.

use std::fmt;

use jiff::{Timestamp, civil};
use serde::{Serialize, Serializer};

/// A moment in UTC, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// From seconds since 1970; `None` outside the years that RFC 3339 can write.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        (-62_135_596_800..=253_402_300_799).contains(&seconds).then_some(Self(seconds))
    }

    /// Reads RFC 3339, a date and time without zone (taken as UTC, as Lemmy 0.18 and Disqus mean it),
    /// a date alone, or seconds since 1970.
    ///
    /// ```
    /// use rejoinder::thread::Time;
    /// let zoned = Time::parse("2024-01-02T03:04:05+01:00").unwrap();
    /// assert_eq!(zoned.to_string(), "2024-01-02T02:04:05Z");
    /// assert_eq!(Time::parse("2024-01-02 02:04:05.123"), Some(zoned));
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(stamp) = text.parse::<Timestamp>() {
            return Self::from_unix(stamp.as_second());
        }
        if let Ok(seconds) = text.parse::<f64>() {
            return Self::from_unix(seconds as i64);
        }
        let local = text.parse::<civil::DateTime>().ok()?;
        let zoned = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Self::from_unix(zoned.timestamp().as_second())
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_second(self.0) {
            Ok(stamp) => write!(f, "{stamp}"),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

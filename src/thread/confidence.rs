//! How sure a guess is.

use serde::{Serialize, Serializer};

/// A probability: never below 0, above 1 or NaN.
///
/// ```
/// use rejoinder::thread::Confidence;
/// assert_eq!(Confidence::clamped(f64::NAN), Confidence::NONE);
/// assert_eq!(Confidence::clamped(1.2), Confidence::CERTAIN);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f32);

impl Confidence {
    /// Nothing speaks for it.
    pub const NONE: Confidence = Confidence(0.0);
    /// No doubt: what a source declares, never what a guess reaches.
    pub const CERTAIN: Confidence = Confidence(1.0);

    /// The nearest probability; NaN becomes 0.
    pub fn clamped(value: f64) -> Self {
        if value.is_nan() { Self::NONE } else { Self(value.clamp(0.0, 1.0) as f32) }
    }

    /// The probability, from 0 to 1.
    pub fn value(self) -> f64 {
        f64::from(self.0)
    }
}

impl Serialize for Confidence {
    /// Rounded to three digits, so that reports do not feign precision.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64((self.value() * 1000.0).round() / 1000.0)
    }
}

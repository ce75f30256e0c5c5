//! Accuracy, F1, calibration and what abstaining buys, with bootstrap intervals.

use std::fmt::Write;

use serde::Serialize;

/// How good a set of answers is.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Answers judged.
    pub count: usize,
    /// The share that is right, with its 95 % interval (bootstrap, fixed seed).
    pub accuracy: f64,
    /// 95 % interval of the accuracy.
    pub accuracy_interval: [f64; 2],
    /// The mean F1 of the classes that occur.
    pub macro_f1: f64,
    /// 95 % interval of the macro-F1.
    pub macro_f1_interval: [f64; 2],
    /// Expected calibration error over ten bins of equal width (Naeini et al. 2015).
    pub calibration_error: f64,
    /// Accuracy when only the surest share is answered: [share, accuracy].
    pub coverage: Vec<[f64; 2]>,
    /// How often it is right when it says more than 0.8, and how many those are.
    pub sure: (f64, usize),
    /// What simpler ways get right on the same rows, by name; only where a task has them.
    pub baselines: Vec<(&'static str, f64)>,
    /// Each class.
    pub classes: Vec<Class>,
    /// How often each class (row) was called each class (column), in the order of `classes`.
    pub confusion: Vec<Vec<usize>>,
}

/// One class.
#[derive(Debug, Clone, Serialize)]
pub struct Class {
    /// Its label.
    pub label: String,
    /// Of what was called so, the share that is.
    pub precision: f64,
    /// Of what is so, the share that was called so.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// How many are so.
    pub count: usize,
}

/// Resamplings for an interval.
const RESAMPLINGS: usize = 500;

impl Measured {
    /// From (gold, said, confidence) for each answer.
    pub(super) fn of(labels: &[&str], said: &[(&str, &str, f64)]) -> Self {
        let place = |label: &str| labels.iter().position(|other| *other == label).unwrap_or(0);
        let pairs: Vec<(usize, usize)> =
            said.iter().map(|(gold, guess, _)| (place(gold), place(guess))).collect();
        let (accuracy, macro_f1) = scores(labels.len(), &pairs);
        let mut confusion = vec![vec![0usize; labels.len()]; labels.len()];
        for &(gold, guess) in &pairs {
            confusion[gold][guess] += 1;
        }
        let classes = labels.iter().enumerate().map(|(at, label)| class(label, at, &confusion)).collect();
        let [accuracy_interval, macro_f1_interval] = intervals(labels.len(), &pairs);
        let right: Vec<(f64, bool)> =
            said.iter().zip(&pairs).map(|((_, _, sure), (gold, guess))| (*sure, gold == guess)).collect();
        let sure: Vec<bool> = right.iter().filter(|(sure, _)| *sure > 0.8).map(|(_, right)| *right).collect();
        Self {
            count: said.len(),
            accuracy,
            accuracy_interval,
            macro_f1,
            macro_f1_interval,
            calibration_error: calibration_error(&right),
            coverage: coverage(&right),
            sure: (share(&sure), sure.len()),
            baselines: Vec::new(),
            classes,
            confusion,
        }
    }

    /// A table for people.
    pub fn table(&self, title: &str) -> String {
        let mut text = String::new();
        let [low, high] = self.accuracy_interval;
        let [f_low, f_high] = self.macro_f1_interval;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{title}");
        let _ = writeln!(text, "  answers      {}", self.count);
        let _ = writeln!(text, "  accuracy     {:.3}  [{low:.3}, {high:.3}]", self.accuracy);
        let _ = writeln!(text, "  macro-F1     {:.3}  [{f_low:.3}, {f_high:.3}]", self.macro_f1);
        let _ = writeln!(text, "  calibration  {:.3} expected error", self.calibration_error);
        let _ = writeln!(text, "  sure (>0.8)  {:.3} right of {}", self.sure.0, self.sure.1);
        for (name, accuracy) in &self.baselines {
            let _ = writeln!(text, "  baseline     {accuracy:.3} by {name}");
        }
        let steps: Vec<String> = self
            .coverage
            .iter()
            .map(|[share, right]| format!("{:.0} %: {right:.3}", share * 100.0))
            .collect();
        let _ = writeln!(text, "  answering the surest  {}", steps.join("  "));
        let width = self.classes.iter().map(|class| class.label.len()).max().unwrap_or(0).max(5);
        let _ = writeln!(text, "  {:width$}  precision  recall  F1     count  called", "class");
        for (class, called) in self.classes.iter().zip(&self.confusion) {
            let Class { label, precision, recall, f1, count } = class;
            let called: Vec<String> = called.iter().map(usize::to_string).collect();
            let called = called.join(" ");
            let _ = writeln!(
                text,
                "  {label:width$}  {precision:9.3}  {recall:6.3}  {f1:.3}  {count:5}  {called}"
            );
        }
        text
    }
}

fn share(right: &[bool]) -> f64 {
    right.iter().filter(|right| **right).count() as f64 / right.len().max(1) as f64
}

fn class(label: &str, at: usize, confusion: &[Vec<usize>]) -> Class {
    let hit = confusion[at][at] as f64;
    let count: usize = confusion[at].iter().sum();
    let called: usize = confusion.iter().map(|row| row[at]).sum();
    let ratio = |of: usize| if of == 0 { 0.0 } else { hit / of as f64 };
    let f1 = if count + called == 0 { 0.0 } else { 2.0 * hit / (count + called) as f64 };
    Class { label: label.to_owned(), precision: ratio(called), recall: ratio(count), f1, count }
}

/// Accuracy and macro-F1 over the classes that occur in the gold.
fn scores(classes: usize, pairs: &[(usize, usize)]) -> (f64, f64) {
    let (mut hit, mut gold, mut called) = (vec![0f64; classes], vec![0f64; classes], vec![0f64; classes]);
    for &(is, said) in pairs {
        gold[is] += 1.0;
        called[said] += 1.0;
        hit[is] += f64::from(u8::from(is == said));
    }
    let occurring: Vec<usize> = (0..classes).filter(|&class| gold[class] > 0.0).collect();
    let f1 = occurring.iter().map(|&class| 2.0 * hit[class] / (gold[class] + called[class])).sum::<f64>();
    (hit.iter().sum::<f64>() / pairs.len().max(1) as f64, f1 / occurring.len().max(1) as f64)
}

/// 95 % intervals of accuracy and macro-F1.
fn intervals(classes: usize, pairs: &[(usize, usize)]) -> [[f64; 2]; 2] {
    // A linear congruential generator (Knuth's MMIX constants): the same intervals for the same answers.
    let mut state = 0x5DEE_CE66_D1CE_4E5Bu64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut found: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..RESAMPLINGS {
        let sample: Vec<(usize, usize)> = pairs.iter().map(|_| pairs[next() % pairs.len()]).collect();
        let (accuracy, f1) = scores(classes, &sample);
        found[0].push(accuracy);
        found[1].push(f1);
    }
    found.map(|mut values| {
        values.sort_by(f64::total_cmp);
        [values[RESAMPLINGS / 40], values[RESAMPLINGS - 1 - RESAMPLINGS / 40]]
    })
}

fn calibration_error(said: &[(f64, bool)]) -> f64 {
    let mut bins = [(0f64, 0f64, 0f64); 10];
    for &(sure, right) in said {
        let bin = &mut bins[((sure * 10.0) as usize).min(9)];
        bin.0 += sure;
        bin.1 += f64::from(u8::from(right));
        bin.2 += 1.0;
    }
    bins.iter().map(|(sure, right, _)| (sure - right).abs()).sum::<f64>() / said.len().max(1) as f64
}

fn coverage(said: &[(f64, bool)]) -> Vec<[f64; 2]> {
    let mut order: Vec<&(f64, bool)> = said.iter().collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    [1.0, 0.9, 0.8, 0.7, 0.5, 0.3, 0.1]
        .map(|part| {
            let taken = ((part * order.len() as f64).round() as usize).max(1).min(order.len());
            [part, order[..taken].iter().filter(|(_, right)| *right).count() as f64 / taken.max(1) as f64]
        })
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_and_accuracy_are_those_of_the_textbook() {
        let said = [("a", "a", 0.9), ("a", "b", 0.6), ("b", "b", 0.9), ("b", "b", 0.7)];
        let measured = Measured::of(&["a", "b"], &said);
        assert!((measured.accuracy - 0.75).abs() < 1e-9);
        assert!((measured.macro_f1 - (2.0 / 3.0 + 0.8) / 2.0).abs() < 1e-9);
        assert_eq!(measured.confusion, [[1, 1], [0, 2]]);
        assert_eq!(measured.sure, (1.0, 2));
    }

    #[test]
    fn answers_that_are_as_sure_as_they_are_right_have_no_calibration_error() {
        let said: Vec<(f64, bool)> = (0..10).map(|n| (0.7, n < 7)).collect();
        assert!(calibration_error(&said) < 1e-9);
    }
}

//! The small layers that answer the questions from the encoder's vectors.

use super::encoder::HIDDEN;
use super::weights::{Header, Tensors};

/// A question's layer: logits of its answers from a feature vector.
#[derive(Debug)]
pub(super) struct Head {
    weights: Vec<f32>,
    bias: Vec<f32>,
    temperature: f32,
}

impl Head {
    fn new(tensors: &mut Tensors<'_>, header: &Header, task: &str, width: usize) -> Option<Self> {
        let weights = tensors.floats(&format!("heads.{task}.weight"))?;
        let bias = tensors.floats(&format!("heads.{task}.bias"))?;
        let temperature = header.temperatures.get(task).copied().unwrap_or(1.0);
        let fits = weights.len() == bias.len() * width && temperature > 0.0;
        fits.then_some(Self { weights, bias, temperature })
    }

    fn logit(&self, answer: usize, features: &[&[f32]]) -> f32 {
        let width = self.weights.len() / self.bias.len();
        let row = &self.weights[answer * width..][..width];
        let parts = features.iter().zip(row.chunks_exact(HIDDEN));
        self.bias[answer] + parts.map(|(part, row)| dot(part, row)).sum::<f32>()
    }

    /// The probabilities of `allowed` answers; the others are left out of account.
    pub(super) fn probabilities(&self, features: &[&[f32]], allowed: &[usize]) -> Vec<f64> {
        let logits: Vec<f64> = allowed
            .iter()
            .map(|&answer| f64::from(self.logit(answer, features) / self.temperature))
            .collect();
        let largest = logits.iter().copied().fold(f64::MIN, f64::max);
        let powers: Vec<f64> = logits.iter().map(|logit| (logit - largest).exp()).collect();
        let sum: f64 = powers.iter().sum();
        powers.into_iter().map(|power| power / sum).collect()
    }

    /// The answer that a token vector speaks for most: how much its removal would cost the logit.
    pub(super) fn pull(&self, answer: usize, part: usize, vector: &[f32]) -> f32 {
        let width = self.weights.len() / self.bias.len();
        self.weights
            .get(answer * width + part * HIDDEN..)
            .and_then(|row| row.get(..HIDDEN))
            .map_or(0.0, |row| dot(row, vector))
    }
}

/// All questions.
#[derive(Debug)]
pub(super) struct Heads {
    pub stance: Head,
    pub role: Head,
    pub tone: Head,
    pub claim: Head,
    pub adhominem: Head,
    pub insult: Head,
    pub spam: Head,
    main: Head,
    struck: Head,
    target_temperature: f32,
    aim: Vec<f32>,
    aimed: Vec<f32>,
}

impl Heads {
    pub(super) fn new(tensors: &mut Tensors<'_>, header: &Header) -> Option<Self> {
        let mut head = |task: &str, parts: usize| Head::new(tensors, header, task, parts * HIDDEN);
        let (stance, role, tone) = (head("stance", 3)?, head("role", 2)?, head("tone", 2)?);
        let (claim, adhominem, insult, spam) =
            (head("claim", 2)?, head("adhominem", 2)?, head("insult", 2)?, head("spam", 2)?);
        let (main, struck) = (head("main", 2)?, head("struck", 1)?);
        let target_temperature = header.temperatures.get("target").copied().filter(|&found| found > 0.0)?;
        let (aim, aimed) = (tensors.floats("aim")?, tensors.floats("aimed")?);
        let fits = aim.len() == aimed.len() && aim.len() % HIDDEN == 0;
        fits.then_some(Self {
            stance,
            role,
            tone,
            claim,
            adhominem,
            insult,
            spam,
            main,
            struck,
            target_temperature,
            aim,
            aimed,
        })
    }

    /// How much a passage looks like the main point of its reply; comparable within one reply.
    pub(super) fn main(&self, passage: &[f32], reply: &[f32]) -> f32 {
        self.main.logit(0, &[passage, reply])
    }

    /// How much a reply that says `who` (its main passage) aims at each of the parent's passages: what it says
    /// against what they say, and how much they look like something that is answered.
    pub(super) fn aims(&self, who: &[f32], reply: &[f32], passages: &[Vec<f32>]) -> Vec<f32> {
        let project = |matrix: &[f32], vector: &[f32]| -> Vec<f32> {
            matrix.chunks_exact(HIDDEN).map(|row| dot(row, vector)).collect()
        };
        let from: Vec<f32> =
            project(&self.aim, who).iter().zip(project(&self.aim, reply)).map(|(a, b)| a + b).collect();
        let score = |passage: &Vec<f32>| {
            dot(&from, &project(&self.aimed, passage)) / 8.0 + self.struck.logit(0, &[passage])
        };
        passages.iter().map(|passage| score(passage) / self.target_temperature).collect()
    }
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut lanes = [0f32; 16];
    for (one, other) in one.chunks_exact(16).zip(other.chunks_exact(16)) {
        for ((lane, a), b) in lanes.iter_mut().zip(one).zip(other) {
            *lane += a * b;
        }
    }
    let rest = one.len() / 16 * 16;
    lanes.iter().sum::<f32>()
        + one[rest..].iter().zip(&other[rest.min(other.len())..]).map(|(a, b)| a * b).sum::<f32>()
}

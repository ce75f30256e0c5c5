//! Who answers whom as trees, and the choice of what is worth drawing.
//!
//! Picks claims; knows nothing of places. Circles are cut, nothing recurses, time is linear but for sorting.

use crate::report::outline::Outline;
use crate::report::{RelationView, UnitView};

/// How many claims are drawn at most: more cannot be taken in at a glance.
const MOST: usize = 40;
/// How many answers to one claim are drawn at most, and how many of those may be supports.
const MOST_ANSWERS: usize = 4;
const MOST_SUPPORTS: usize = 2;

/// The claims chosen of one tree.
pub(super) struct Tree {
    /// In preorder.
    pub(super) picks: Vec<Pick>,
}

/// One chosen claim.
#[derive(Clone, Copy)]
pub(super) struct Pick {
    pub(super) unit: u32,
    /// Position of the parent in the same tree; always earlier.
    pub(super) parent: Option<usize>,
    pub(super) level: usize,
    /// How many answers to it were not chosen.
    pub(super) more: usize,
}

impl Tree {
    /// How many levels it has.
    pub(super) fn levels(&self) -> usize {
        self.picks.iter().map(|pick| pick.level + 1).max().unwrap_or(0)
    }
}

/// Every unit under the one that its surest relation bears on.
pub(super) struct Forest {
    parent: Vec<Option<u32>>,
    answers: Vec<Vec<Answer>>,
    /// Units that speak or are spoken about.
    pub(super) taking_part: usize,
    /// Rebuttals and undercuts within the tree of each root.
    attacks: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Answer {
    from: u32,
    attack: bool,
    undercut: bool,
    confidence: f64,
}

impl Forest {
    /// Sorts the relations of a report into trees.
    pub(super) fn of(outline: &Outline<'_>) -> Self {
        let report = outline.report();
        let count = report.units.len();
        let mut best: Vec<Option<(u32, Answer)>> = vec![None; count];
        let mut part = vec![false; count];
        for relation in &report.relations {
            let Some(target) = outline.target(relation) else { continue };
            let (from, to) = (relation.from as usize, target as usize);
            if from >= count || to >= count || from == to || is_aside(outline, relation) {
                continue;
            }
            (part[from], part[to]) = (true, true);
            let answer = Answer {
                from: relation.from,
                attack: relation.kind != "support",
                undercut: relation.step.is_some(),
                confidence: relation.confidence.value(),
            };
            let weight = |answer: &Answer| (answer.attack, answer.confidence);
            if best[from].is_none_or(|(_, kept)| weight(&answer) > weight(&kept)) {
                best[from] = Some((target, answer));
            }
        }
        let mut parent: Vec<Option<u32>> = best.iter().map(|best| best.map(|(to, _)| to)).collect();
        cut_circles(&mut parent);
        let mut answers: Vec<Vec<Answer>> = vec![Vec::new(); count];
        for (to, best) in parent.iter().zip(&best) {
            if let (Some(to), Some((_, answer))) = (to, *best) {
                answers[*to as usize].push(answer);
            }
        }
        let attacks = attacks(&parent, &answers);
        let taking_part = part.iter().filter(|&&part| part).count();
        Self { parent, answers, taking_part, attacks }
    }

    /// The most contested trees, cut to what can be shown; each in preorder.
    pub(super) fn choose(mut self, outline: &Outline<'_>) -> Vec<Tree> {
        let attacks = std::mem::take(&mut self.attacks);
        for answers in &mut self.answers {
            answers.sort_by(|a, b| {
                let rank = |answer: &Answer| (answer.attack, attacks[answer.from as usize]);
                rank(b).cmp(&rank(a)).then(b.confidence.total_cmp(&a.confidence)).then(a.from.cmp(&b.from))
            });
        }
        let is_root = |unit: &UnitView| {
            self.parent.get(unit.id as usize) == Some(&None)
                && self.answers.get(unit.id as usize).is_some_and(|answers| !answers.is_empty())
        };
        let mut roots: Vec<u32> =
            outline.report().units.iter().filter(|unit| is_root(unit)).map(|unit| unit.id).collect();
        roots.sort_by_key(|&root| (std::cmp::Reverse(attacks[root as usize]), root));
        let mut left = MOST;
        let mut trees = Vec::new();
        for root in roots {
            if left < 2 {
                break;
            }
            let tree = self.tree(root, left);
            left -= tree.picks.len();
            trees.push(tree);
        }
        trees
    }

    /// Breadth first until the room is used, then put into preorder.
    fn tree(&self, root: u32, room: usize) -> Tree {
        let mut found = vec![Pick { unit: root, parent: None, level: 0, more: 0 }];
        let mut at = 0;
        while at < found.len() {
            let (unit, level) = (found[at].unit, found[at].level + 1);
            let mut supports = 0;
            let mut taken = 0;
            // What undercuts the step from this unit stood beside it when its parent was done.
            let own = self.answers[unit as usize].iter().filter(|answer| !answer.undercut || at == 0);
            for answer in own.clone() {
                supports += usize::from(!answer.attack);
                let fits = taken < MOST_ANSWERS && (answer.attack || supports <= MOST_SUPPORTS);
                if !fits || found.len() >= room {
                    continue;
                }
                taken += 1;
                found.push(Pick { unit: answer.from, parent: Some(at), level, more: 0 });
                for beside in
                    self.answers[answer.from as usize].iter().filter(|beside| beside.undercut).take(2)
                {
                    if found.len() < room {
                        found.push(Pick { unit: beside.from, parent: Some(at), level, more: 0 });
                    }
                }
            }
            found[at].more = own.count() - taken;
            at += 1;
        }
        preorder(found)
    }
}

fn preorder(found: Vec<Pick>) -> Tree {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); found.len()];
    for (at, pick) in found.iter().enumerate() {
        if let Some(parent) = pick.parent {
            children[parent].push(at);
        }
    }
    let mut place = vec![0; found.len()];
    let mut picks = Vec::with_capacity(found.len());
    let mut waiting = vec![0];
    while let Some(at) = waiting.pop() {
        place[at] = picks.len();
        let pick = &found[at];
        picks.push(Pick { parent: pick.parent.map(|parent| place[parent]), ..*pick });
        waiting.extend(children[at].iter().rev());
    }
    Tree { picks }
}

/// Whether this is but a reason that a post gives for its own claim and that nobody took up: the drawing is
/// about who answers whom.
fn is_aside(outline: &Outline<'_>, relation: &RelationView) -> bool {
    let post = |unit: u32| outline.unit(unit).map(|unit| unit.post);
    let own = relation.to.is_some_and(|to| post(to) == post(relation.from));
    own && relation.kind == "support"
        && outline.incoming(relation.from).next().is_none()
        && !outline.is_undercut(relation.id)
}

/// Takes one link out of every circle, so that parents make a forest.
fn cut_circles(parent: &mut [Option<u32>]) {
    let mut seen = vec![0usize; parent.len()];
    for start in 0..parent.len() {
        let walk = start + 1;
        let mut at = start;
        loop {
            if seen[at] == walk {
                parent[at] = None;
                break;
            }
            if seen[at] != 0 {
                break;
            }
            seen[at] = walk;
            match parent[at] {
                Some(next) => at = next as usize,
                None => break,
            }
        }
    }
}

/// Attacks in the whole tree below each unit, counted from the leaves up.
fn attacks(parent: &[Option<u32>], answers: &[Vec<Answer>]) -> Vec<u32> {
    let mut waiting: Vec<u32> = answers.iter().map(|answers| answers.len() as u32).collect();
    let mut count: Vec<u32> =
        answers.iter().map(|answers| answers.iter().filter(|answer| answer.attack).count() as u32).collect();
    let mut ready: Vec<usize> = (0..parent.len()).filter(|&at| waiting[at] == 0).collect();
    while let Some(at) = ready.pop() {
        if let Some(up) = parent[at] {
            let up = up as usize;
            count[up] += count[at];
            waiting[up] -= 1;
            if waiting[up] == 0 {
                ready.push(up);
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_rebuttals_is_cut_once() {
        let mut parent = [Some(1), Some(2), Some(0), Some(0), None];
        cut_circles(&mut parent);
        assert_eq!(parent.iter().filter(|parent| parent.is_none()).count(), 2);
        let attack = |from| Answer { from, attack: true, undercut: false, confidence: 0.5 };
        let mut answers = vec![Vec::new(); 5];
        for (from, to) in parent.iter().enumerate() {
            if let Some(to) = to {
                answers[*to as usize].push(attack(from as u32));
            }
        }
        assert_eq!(attacks(&parent, &answers).iter().max(), Some(&3));
    }

    #[test]
    fn attacks_of_a_long_chain_are_counted_without_recursion() {
        let parent: Vec<Option<u32>> = (0..100_000u32).map(|at| at.checked_sub(1)).collect();
        let answers: Vec<Vec<Answer>> = (1..=100_000u32)
            .map(|from| Answer { from, attack: true, undercut: false, confidence: 0.5 })
            .map(|answer| if answer.from < 100_000 { vec![answer] } else { Vec::new() })
            .collect();
        assert_eq!(attacks(&parent, &answers)[0], 99_999);
    }
}

//! From phrases that stand in a text to findings: what stands around them, what that adds, what it takes away.

use std::collections::{BTreeMap, BTreeSet};

use super::Ask;
use super::arithmetic::{Arithmetic, Points, Reason, add, sum};
use super::category::Stage;
use super::finding::{Finding, Met, Places, Verdict};
use super::lattice::Lattice;
use super::nearby::Nearby;
use super::pack::{Pack, PackedRule};
use super::rules::{Effect, Sureness};
use super::walk::Match;
use crate::Severity;

/// Words between a weak word, or a call for help, and what it adds to.
const CLOSE: u32 = 20;
/// From this many occasions on a text repeats itself.
const OFTEN: u32 = 3;
/// Other signs beside a phrase that add to it; more say no more.
const MOST_SIGNS: usize = 2;
/// What a single step of grooming comes to at most.
const LONE_STAGE: Severity = Severity::at(3);

/// The first and the last word of a place.
type Span = (u32, u32);

/// A place that counts, and what it scores.
struct Kept {
    phrase: Match,
    points: Points,
}

/// A rule of which phrases stand in the text.
struct Judged<'a> {
    rule: &'a PackedRule,
    matches: &'a [Match],
    kept: Vec<Kept>,
    /// What it lacks, or what rules it out, where nothing is kept.
    fails: Verdict,
}

/// All that is known of the rules that a text touches.
pub(super) struct Judgement<'a> {
    judged: Vec<Judged<'a>>,
    /// Places of weak words, by category, in order.
    weak: BTreeMap<&'static str, Vec<Span>>,
    /// Places of signs and what they are signs of, by category, in order.
    signs: BTreeMap<&'static str, Vec<(Span, &'a str)>>,
    /// Places of calls for help, in order.
    help: Vec<Span>,
    /// Steps of grooming in the text.
    stages: BTreeSet<Stage>,
    ask: &'a Ask<'a>,
}

impl<'a> Judgement<'a> {
    /// Judges matches, which are in order: by rule, then by place.
    pub(super) fn new(pack: &'a Pack, matches: &'a [Match], nearby: &Nearby<'_>, ask: &'a Ask<'a>) -> Self {
        let groups = matches.chunk_by(|one, other| one.number == other.number);
        let judged: Vec<Judged<'_>> = groups
            .filter_map(|group| Some(judged(pack, pack.rules.get(group.first()?.number as usize)?, group, nearby, ask)))
            .collect();
        let (mut weak, mut help, mut stages) = (BTreeMap::<_, Vec<_>>::new(), Vec::new(), BTreeSet::new());
        let mut signs = BTreeMap::<_, Vec<_>>::new();
        for Judged { rule, kept, .. } in judged.iter().filter(|judged| !judged.kept.is_empty()) {
            let places = || kept.iter().map(|kept| (kept.phrase.first, kept.phrase.last));
            if rule.sureness == Sureness::Weak {
                weak.entry(rule.category.id).or_default().extend(places());
            }
            if !rule.sign.is_empty() {
                signs.entry(rule.category.id).or_default().extend(places().map(|place| (place, rule.sign.as_str())));
            }
            if rule.help_seeking {
                help.extend(places());
            }
            stages.extend(rule.stage);
        }
        weak.values_mut().chain([&mut help]).for_each(|places| {
            places.sort_unstable();
            places.dedup();
        });
        signs.values_mut().for_each(|signs| signs.sort_unstable());
        Self { judged, weak, signs, help, stages, ask }
    }

    /// What the text is found to say, the gravest first.
    pub(super) fn findings(&self, lattice: &Lattice<'_>) -> Vec<Finding> {
        let found = self.judged.iter().filter_map(|judged| {
            let arithmetic = self.arithmetic(judged)?;
            let Judged { rule, kept, .. } = judged;
            (counts(rule, &arithmetic) && arithmetic.sum() > 0).then(|| Finding {
                rule: rule.id.clone(),
                category: rule.category,
                severity: arithmetic.severity(),
                count: occasions(kept),
                arithmetic,
                help_seeking: rule.help_seeking || kept.iter().any(|kept| is_close(&self.help, &kept.phrase, true)),
                stage: rule.stage,
                topic: rule.topic.clone(),
                places: places(lattice, rule, kept.iter().map(|kept| &kept.phrase)),
            })
        });
        let mut found: Vec<Finding> = found.collect();
        found.sort_by(|one, other| {
            let weight = |finding: &Finding| (finding.severity, finding.arithmetic.sum());
            weight(other).cmp(&weight(one)).then_with(|| one.rule.cmp(&other.rule))
        });
        found
    }

    /// Everything that was touched, and what came of it.
    pub(super) fn met(&self, lattice: &Lattice<'_>) -> Vec<Met> {
        let met = self.judged.iter().map(|judged| {
            let Judged { rule, matches, kept, fails } = judged;
            let base = || Arithmetic::of_points(base(rule, self.ask), rule.category.least, rule.category.most);
            let arithmetic = self.arithmetic(judged).unwrap_or_else(base);
            let verdict = match (kept.is_empty(), counts(rule, &arithmetic)) {
                (true, _) => fails.clone(),
                (false, false) => Verdict::Weak,
                (false, true) if arithmetic.sum() < 1 => Verdict::Discounted,
                (false, true) => Verdict::Found,
            };
            let disguises: BTreeSet<_> = matches.iter().filter_map(|phrase| phrase.disguise).collect();
            Met {
                rule: rule.id.clone(),
                category: rule.category,
                verdict,
                count: occasions(kept),
                arithmetic,
                places: places(lattice, rule, matches.iter()),
                disguises: disguises.into_iter().collect(),
            }
        });
        met.collect()
    }

    /// The sum of the best place that counts, the first of several; `None` when none counts.
    fn arithmetic(&self, judged: &Judged<'_>) -> Option<Arithmetic> {
        let Judged { rule, kept, .. } = judged;
        let weak = self.weak.get(rule.category.id).filter(|_| rule.sureness != Sureness::Weak);
        let mut best: Option<Points> = None;
        for kept in kept {
            let mut points = kept.points;
            if weak.is_some_and(|weak| is_close(weak, &kept.phrase, false)) {
                add(&mut points, Reason::WeakWords, 1);
            }
            add(&mut points, Reason::WeakWords, self.other_signs(rule, &kept.phrase));
            if best.is_none_or(|best| sum(&best) < sum(&points)) {
                best = Some(points);
            }
        }
        let mut points = best?;
        if occasions(kept) >= OFTEN {
            add(&mut points, Reason::Repetition, 1);
        }
        let steps = i8::try_from(self.stages.len()).unwrap_or(i8::MAX);
        if rule.stage.is_some() && steps > 1 {
            add(&mut points, Reason::Stages, steps - 1);
        }
        let mut arithmetic = Arithmetic::of_points(points, rule.category.least, rule.category.most);
        if rule.stage.is_some() {
            arithmetic.held_while_alone(LONE_STAGE);
        }
        Some(arithmetic)
    }

    /// How many signs of other kinds stand close to a phrase of a rule. Of a weak rule that is no sign itself, none do.
    fn other_signs(&self, rule: &PackedRule, phrase: &Match) -> i8 {
        let apart = rule.sureness == Sureness::Weak && rule.sign.is_empty();
        let Some(signs) = self.signs.get(rule.category.id).filter(|_| !apart) else { return 0 };
        let (from, to) = reach(phrase);
        let start = signs.partition_point(|&((first, _), _)| first < from);
        let close = signs.iter().skip(start).take_while(|&&((first, _), _)| first <= to);
        let others = close.filter(|(place, sign)| *sign != rule.sign && is_close(&[*place], phrase, false));
        let kinds: BTreeSet<&str> = others.map(|(_, sign)| *sign).collect();
        i8::try_from(kinds.len().min(MOST_SIGNS)).unwrap_or_default()
    }
}

/// Whether a rule that is met is a finding: a weak one only beside other signs.
fn counts(rule: &PackedRule, arithmetic: &Arithmetic) -> bool {
    rule.sureness != Sureness::Weak || arithmetic.has(Reason::WeakWords)
}

fn judged<'a>(
    pack: &Pack,
    rule: &'a PackedRule,
    matches: &'a [Match],
    nearby: &Nearby<'_>,
    ask: &Ask<'_>,
) -> Judged<'a> {
    let mut kept = Vec::new();
    let (mut lacks, mut vetoed) = (BTreeSet::new(), BTreeSet::new());
    let base = base(rule, ask);
    let is_alone = |phrase: &&Match| rule.alone.is_none_or(|words| beside(nearby.lattice, phrase) <= words.into());
    if !matches.iter().any(|phrase| is_alone(&phrase)) {
        return Judged { rule, matches, kept, fails: Verdict::NotAlone };
    }
    for phrase in matches.iter().filter(is_alone) {
        let mut points = base;
        let (mut lacks_here, mut vetoed_here) = (false, false);
        for around in &rule.around {
            let near = nearby.has(around, phrase);
            match around.effect {
                Effect::Needed if !near => {
                    lacks_here = true;
                    lacks.insert(around.set);
                }
                Effect::Veto if near => {
                    vetoed_here = true;
                    vetoed.insert(around.set);
                }
                Effect::Points(reason, more) if near => add(&mut points, reason, more),
                Effect::Needed | Effect::Veto | Effect::Points(..) => {}
            }
        }
        if !lacks_here && !vetoed_here {
            kept.push(Kept { phrase: *phrase, points });
        }
    }
    let names = |sets: BTreeSet<u32>| sets.iter().filter_map(|&set| pack.sets.get(set as usize).cloned()).collect();
    let fails = if vetoed.is_empty() { Verdict::Lacks(names(lacks)) } else { Verdict::Vetoed(names(vetoed)) };
    Judged { rule, matches, kept, fails }
}

/// Words of the text that are none of a phrase.
fn beside(lattice: &Lattice<'_>, phrase: &Match) -> u32 {
    (lattice.tokens.len() as u32).saturating_sub(phrase.last + 1 - phrase.first)
}

fn base(rule: &PackedRule, ask: &Ask<'_>) -> Points {
    let mut points = [0; Reason::ALL.len()];
    add(&mut points, Reason::Base, i8::try_from(rule.severity).unwrap_or(i8::MAX));
    let profile = super::AgeProfile::ALL.iter().position(|&profile| profile == ask.age);
    add(&mut points, Reason::Age, profile.and_then(|at| rule.age.get(at)).copied().unwrap_or_default());
    points
}

/// How many of the places do not overlap.
fn occasions(kept: &[Kept]) -> u32 {
    let mut count = 0;
    let mut free_from = 0;
    for Kept { phrase, .. } in kept {
        if phrase.first >= free_from {
            count += 1;
            free_from = phrase.last + 1;
        }
    }
    count
}

/// The words among which places begin that may stand close to a phrase.
fn reach(phrase: &Match) -> Span {
    (phrase.first.saturating_sub(2 * CLOSE + 1), phrase.last + CLOSE + 1)
}

/// Whether one of `places`, which are in order, stands close to a phrase; one that overlaps it only where that counts.
fn is_close(places: &[Span], phrase: &Match, overlapping: bool) -> bool {
    let (from, to) = reach(phrase);
    let start = places.partition_point(|&(first, _)| first < from);
    let mut close = places.iter().skip(start).take_while(|&&(first, _)| first <= to);
    close.any(|&(first, last)| {
        let apart = last < phrase.first || first > phrase.last;
        last + CLOSE + 1 >= phrase.first && (apart || overlapping)
    })
}

/// Where phrases stand: ranges of the text that do not overlap.
fn places<'m>(lattice: &Lattice<'_>, rule: &PackedRule, phrases: impl Iterator<Item = &'m Match>) -> Places {
    let range = |phrase: &Match| {
        let (first, last) = (lattice.tokens.get(phrase.first as usize)?, lattice.tokens.get(phrase.last as usize)?);
        Some(first.start as usize..last.end as usize)
    };
    let mut free_from = 0;
    let apart = phrases.filter_map(range).filter(move |range| {
        let apart = range.start >= free_from;
        if apart {
            free_from = range.end;
        }
        apart
    });
    Places::of(rule.category, apart)
}

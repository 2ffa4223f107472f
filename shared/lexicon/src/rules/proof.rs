//! Every rule held to its own texts, by the engine that will use it.

use std::collections::BTreeSet;

use super::error::Problem;
use super::{Rules, Sureness, compile};
use crate::finding::{Met, Verdict};
use crate::{AgeProfile, Ask, Lexicon};

/// Runs each rule's own texts. A weak rule is met where it would add to others. An empty list is a good pack.
#[must_use]
pub fn check(rules: &Rules) -> Vec<Problem> {
    let lexicon = Lexicon::of_pack(compile(std::slice::from_ref(rules)));
    let mut problems = Vec::new();
    for rule in &rules.rules {
        let categories = BTreeSet::from([rule.category.id.to_owned()]);
        let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
        // A weak one that is a sign may be a finding in its own text, beside another.
        let as_wanted = |verdict: &Verdict| match verdict {
            Verdict::Found => true,
            Verdict::Weak => rule.sureness == Sureness::Weak,
            Verdict::NotAlone | Verdict::Lacks(_) | Verdict::Vetoed(_) | Verdict::Discounted => false,
        };
        let texts = rule.hit.iter().map(|text| (text, true)).chain(rule.miss.iter().map(|text| (text, false)));
        for (text, should_meet) in texts {
            let met = lexicon.explain(text, &ask).met;
            let met = met.iter().find(|met| met.rule == rule.id);
            if met.is_some_and(|met| as_wanted(&met.verdict)) != should_meet {
                problems.push(Problem { rule: rule.id.clone(), text: text.clone(), should_meet, why: why(met) });
            }
        }
    }
    problems
}

fn why(met: Option<&Met>) -> String {
    let Some(met) = met else { return "none of its phrases stands in this text".into() };
    let named = |sets: &[String]| {
        let names = sets.iter().map(|name| if name.is_empty() { "words written in the rule" } else { name });
        names.collect::<Vec<_>>().join(", ")
    };
    match &met.verdict {
        Verdict::Found => format!("it is a finding: {}", met.arithmetic),
        Verdict::Weak => "it adds to others".into(),
        Verdict::NotAlone => "a phrase stands there, but more words beside it than `alone` allows".into(),
        Verdict::Lacks(sets) => format!("a phrase stands there, but not near it: {}", named(sets)),
        Verdict::Vetoed(sets) => format!("a phrase stands there, ruled out by: {}", named(sets)),
        Verdict::Discounted => format!("its discounts leave nothing: {}", met.arithmetic),
    }
}

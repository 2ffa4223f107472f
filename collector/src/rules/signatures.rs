//! A1, second half: antivirus signatures are not older than the policy allows.
//!
//! Without an approved product there is nothing whose age could count: that is unknown here (and a failure of E1), so
//! that a device without antivirus never shows as up to date. A product that stands back for another one, or whose
//! licence has run out, protects nothing and does not count while another one does.

use caretaker_shared::model::{AntivirusProduct, Engine, Requirement};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;

use super::{Verdict, VerdictOutcome, antivirus::is_approved, words};

/// How far signatures may seem to come from the future before we doubt the date instead of praising it.
const CLOCK_DOUBT_HOURS: i64 = 24;

/// Judges the products that protect the device: the approved ones whose engine runs, or else all approved ones.
pub(super) fn judge(products: &[AntivirusProduct], missing: Option<&str>, policy: &Policy, now: Timestamp) -> Verdict {
    let count = counted(products, policy);
    let best = count.into_iter().map(|product| judge_product(product, policy, now)).min_by_key(VerdictOutcome::weight);
    let nothing = || {
        let reason = missing.map_or_else(
            || "no approved antivirus was found on this device".to_owned(),
            |missing| format!("no approved antivirus was found so far; not everything could be looked at: {missing}"),
        );
        VerdictOutcome::unknown("no signatures to judge", reason, "Install an approved antivirus first, see E1.")
    };
    Verdict::device(Requirement::A1Signatures, best.unwrap_or_else(nothing))
}

/// When the newest signatures were made that protect the device; `None` when nobody says, or when they are dated too far
/// in the future to be believed.
pub(super) fn newest(products: &[AntivirusProduct], policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let built = counted(products, policy).into_iter().filter_map(|product| product.signatures_built_at);
    built.filter(|built| (now.as_second() - built.as_second()) / 3600 >= -CLOCK_DOUBT_HOURS).max()
}

/// The products whose signatures count: the approved ones that protect the device, or else all approved ones.
fn counted<'a>(products: &'a [AntivirusProduct], policy: &Policy) -> Vec<&'a AntivirusProduct> {
    let approved: Vec<_> = products.iter().filter(|product| is_approved(product, policy)).collect();
    let protects = |product: &&AntivirusProduct| {
        product.engine == Engine::Running && product.passive != Some(true) && product.expired != Some(true)
    };
    let running: Vec<_> = approved.iter().copied().filter(protects).collect();
    if running.is_empty() { approved } else { running }
}

fn judge_product(product: &AntivirusProduct, policy: &Policy, now: Timestamp) -> VerdictOutcome {
    let name = words::product(product);
    let update = format!("Bring this device onto the network and update the signatures of {}.", product.name);
    let Some(built) = product.signatures_built_at else {
        let reason = format!("{name} does not say when its signatures were made");
        return VerdictOutcome::unknown("age of signatures cannot be told", reason, update);
    };
    let most = i64::from(policy.antivirus.signature_max_age_hours);
    let seconds = now.as_second() - built.as_second();
    let hours = seconds / 3600;
    let claim = match product.claims_up_to_date {
        Some(false) => "; the product itself calls them out of date",
        Some(true) | None => "",
    };
    let dated = format!("{name}: signatures of {} UTC{claim}", built.strftime("%a %d %b %Y %H:%M"));
    if hours < -CLOCK_DOUBT_HOURS {
        let remedy = "Check the clock of this device and of the collector.";
        return VerdictOutcome::unknown("signatures are dated in the future", dated, remedy);
    }
    let allowed = words::age(most);
    if seconds <= most * 3600 {
        VerdictOutcome::meets(
            format!("signatures are {} old", words::age(hours.max(0))),
            format!("{dated}; {allowed} are allowed"),
        )
    } else {
        VerdictOutcome::fails(
            format!("signatures are {} old", words::too_old(hours, most)),
            format!("{dated}; {allowed} are allowed"),
            update,
        )
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};
    use jiff::ToSpan as _;

    use super::super::{VerdictOutcome, sample};
    use super::judge;

    fn aged(engine: Engine, hours: Option<i64>) -> AntivirusProduct {
        let built = hours.map(|hours| sample::now().checked_sub(hours.hours()).expect("a time in range"));
        AntivirusProduct {
            name: "ClamAV".into(),
            version: "1.4".into(),
            engine,
            real_time: RealTime::Blocking,
            signature_version: "27000".into(),
            signatures_built_at: built,
            evidence: Vec::new(),
            ..AntivirusProduct::default()
        }
    }

    fn told(products: &[AntivirusProduct]) -> (&'static str, String) {
        match judge(products, None, &sample::policy(), sample::now()).outcome {
            VerdictOutcome::Meets { summary, .. } => ("meets", summary),
            VerdictOutcome::Fails { summary, .. } => ("fails", summary),
            VerdictOutcome::Unknown { summary, .. } => ("unknown", summary),
        }
    }

    #[test]
    fn a_week_is_allowed_and_one_hour_more_is_not() {
        for (hours, verdict, summary) in [
            (Some(6), "meets", "signatures are 6 hours old"),
            (Some(168), "meets", "signatures are 7 days old"),
            (Some(169), "fails", "signatures are over 7 days old"),
            (Some(216), "fails", "signatures are 9 days old"),
            (Some(-1), "meets", "signatures are 0 hours old"),
            (Some(-48), "unknown", "signatures are dated in the future"),
            (None, "unknown", "age of signatures cannot be told"),
        ] {
            let (got, text) = told(&[aged(Engine::Running, hours)]);
            assert_eq!((got, text.as_str()), (verdict, summary), "{hours:?}");
        }
    }

    #[test]
    fn fresh_signatures_of_a_product_that_does_not_run_do_not_help() {
        let (verdict, _) = told(&[aged(Engine::Running, Some(300)), aged(Engine::Stopped, Some(1))]);
        assert_eq!(verdict, "fails");
    }

    #[test]
    fn fresh_signatures_of_a_product_that_stands_back_or_has_run_out_do_not_help() {
        let old = aged(Engine::Running, Some(300));
        let (mut back, mut expired) = (aged(Engine::Running, Some(1)), aged(Engine::Running, Some(1)));
        (back.passive, expired.expired) = (Some(true), Some(true));
        assert_eq!(told(&[old.clone(), back]).0, "fails");
        assert_eq!(told(&[old, expired]).0, "fails");
    }

    #[test]
    fn without_an_approved_product_the_age_is_unknown_and_never_met() {
        let mut foreign = aged(Engine::Running, Some(1));
        foreign.name = "Other AV".into();
        assert_eq!(told(&[]).0, "unknown");
        assert_eq!(told(&[foreign]).0, "unknown");
    }
}

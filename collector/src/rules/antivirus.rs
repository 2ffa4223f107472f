//! E1: approved antivirus is installed and on. One approved product that is on is enough; others do not spoil it.

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime, Requirement};
use caretaker_shared::policy::Policy;

use super::{Verdict, VerdictOutcome, words};

/// Judges all products of a device. `missing` says what kept the probe from seeing the rest.
pub(super) fn judge(products: &[AntivirusProduct], missing: Option<&str>, policy: &Policy) -> Verdict {
    let approved = products.iter().filter(|product| is_approved(product, policy));
    let best = approved.map(|product| judge_product(product, policy)).min_by_key(VerdictOutcome::weight);
    Verdict::device(Requirement::E1, best.unwrap_or_else(|| none_approved(products, missing, policy)))
}

/// Whether the policy names the product, in any case.
pub(super) fn is_approved(product: &AntivirusProduct, policy: &Policy) -> bool {
    let name = product.name.trim().to_lowercase();
    policy.antivirus.approved.iter().any(|approved| approved.trim().to_lowercase() == name)
}

fn judge_product(product: &AntivirusProduct, policy: &Policy) -> VerdictOutcome {
    let name = words::product(product);
    let reason = |told: &str| {
        let evidence =
            if product.evidence.is_empty() { String::new() } else { format!(" ({})", product.evidence.join("; ")) };
        format!("{name}: {told}{evidence}")
    };
    if product.expired == Some(true) {
        let remedy = format!("Renew the licence of {}, or install another approved product.", product.name);
        return VerdictOutcome::fails("its licence has run out", reason("its licence has run out"), remedy);
    }
    let start = format!("Start {} on this device and keep users from stopping it.", product.name);
    match product.engine {
        Engine::Stopped => return VerdictOutcome::fails("not running", reason("its engine does not run"), start),
        Engine::Unknown => {
            let remedy = format!("Check on the device whether {} runs.", product.name);
            return VerdictOutcome::unknown(
                "cannot tell whether it runs",
                reason("its engine could not be asked"),
                remedy,
            );
        }
        Engine::Running => {}
    }
    // Beside another product that protects the device this does not count: the better of the two stands.
    if product.passive == Some(true) {
        let remedy = format!("Have {} protect the device itself, or install another approved product.", product.name);
        let told = "it stands back for another product, and no approved one protects the device";
        return VerdictOutcome::fails("stands back for another product", reason(told), remedy);
    }
    let open = match product.tamper_protection {
        Some(false) => ", but users can turn it off: tamper protection is off",
        Some(true) | None => "",
    };
    if !policy.antivirus.real_time {
        return VerdictOutcome::meets(format!("{name}, running"), reason(&format!("running{open}")));
    }
    match product.real_time {
        RealTime::Blocking => {
            VerdictOutcome::meets(format!("{name}, real-time on"), reason(&format!("real-time protection is on{open}")))
        }
        RealTime::DetectOnly => VerdictOutcome::meets(
            format!("{name}, real-time on, detects only"),
            reason(&format!(
                "real-time protection is on{open}; it reports an infected file but does not keep it from being opened"
            )),
        ),
        RealTime::Off => VerdictOutcome::fails(
            "real-time protection is off",
            reason("running, but files are not looked at as they are opened"),
            format!("Turn on real-time protection of {} and keep users from turning it off.", product.name),
        ),
        RealTime::Unknown => VerdictOutcome::unknown(
            "cannot tell whether real-time protection is on",
            reason("running, but its real-time protection could not be asked"),
            format!("Check on the device whether {} looks at files as they are opened.", product.name),
        ),
    }
}

fn none_approved(products: &[AntivirusProduct], missing: Option<&str>, policy: &Policy) -> VerdictOutcome {
    let approved = words::names(policy.antivirus.approved.iter().map(String::as_str));
    let remedy = if approved.is_empty() {
        "Name the approved products in the policy, under [antivirus] approved.".to_owned()
    } else {
        format!("Install an approved product ({approved}), or approve another in the policy.")
    };
    let found = words::names(products.iter().map(|product| product.name.as_str()));
    if let Some(missing) = missing {
        return VerdictOutcome::unknown(
            "not found so far",
            format!("not everything could be looked at: {missing}"),
            remedy,
        );
    }
    if products.is_empty() {
        VerdictOutcome::fails("not found", "none of the approved products was found", remedy)
    } else {
        VerdictOutcome::fails("not approved", format!("found {found}, which the policy does not approve"), remedy)
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};

    use super::super::{VerdictOutcome, sample};
    use super::judge;

    fn product(name: &str, engine: Engine, real_time: RealTime) -> AntivirusProduct {
        AntivirusProduct {
            name: name.into(),
            version: "1.4".into(),
            engine,
            real_time,
            signature_version: "27000".into(),
            signatures_built_at: None,
            evidence: vec!["/run/clamav/clamd.pid".into()],
            ..AntivirusProduct::default()
        }
    }

    fn told(products: &[AntivirusProduct], missing: Option<&str>) -> (&'static str, String, String) {
        match judge(products, missing, &sample::policy()).outcome {
            VerdictOutcome::Meets { summary, reason } => ("meets", summary, reason),
            VerdictOutcome::Fails { summary, reason, .. } => ("fails", summary, reason),
            VerdictOutcome::Unknown { summary, reason, .. } => ("unknown", summary, reason),
        }
    }

    #[test]
    fn only_an_approved_product_that_is_on_meets_the_policy() {
        use Engine::{Running, Stopped};
        use RealTime::{Blocking, DetectOnly, Off};
        for (name, engine, real_time, verdict, summary) in [
            ("ClamAV", Running, Blocking, "meets", "ClamAV 1.4, real-time on"),
            ("clamav", Running, Blocking, "meets", "clamav 1.4, real-time on"),
            ("ClamAV", Running, DetectOnly, "meets", "ClamAV 1.4, real-time on, detects only"),
            ("ClamAV", Running, Off, "fails", "real-time protection is off"),
            ("ClamAV", Running, RealTime::Unknown, "unknown", "cannot tell whether real-time protection is on"),
            ("ClamAV", Stopped, Blocking, "fails", "not running"),
            ("ClamAV", Engine::Unknown, Blocking, "unknown", "cannot tell whether it runs"),
            ("Other AV", Running, Blocking, "fails", "not approved"),
        ] {
            let (got, text, _) = told(&[product(name, engine, real_time)], None);
            assert_eq!((got, text.as_str()), (verdict, summary), "{name} {engine:?} {real_time:?}");
        }
    }

    #[test]
    fn detect_only_says_that_it_does_not_keep_a_file_from_being_opened() {
        let (_, _, reason) = told(&[product("ClamAV", Engine::Running, RealTime::DetectOnly)], None);
        assert!(reason.contains("does not keep it from being opened"), "{reason}");
        assert!(reason.contains("/run/clamav/clamd.pid"), "{reason}");
    }

    #[test]
    fn the_better_of_two_approved_products_counts_and_an_unapproved_one_does_not() {
        let off = product("ClamAV", Engine::Stopped, RealTime::Off);
        let on = product("ClamAV", Engine::Running, RealTime::Blocking);
        let unsure = product("ClamAV", Engine::Unknown, RealTime::Unknown);
        let foreign = product("Other AV", Engine::Running, RealTime::Blocking);
        assert_eq!(told(&[off.clone(), on], None).0, "meets");
        assert_eq!(told(&[off.clone(), unsure], None).0, "unknown");
        assert_eq!(told(&[off, foreign], None).0, "fails");
    }

    #[test]
    fn a_licence_that_has_run_out_fails_however_well_the_product_runs() {
        let mut expired = product("ClamAV", Engine::Running, RealTime::Blocking);
        expired.expired = Some(true);
        assert_eq!(
            (told(&[expired.clone()], None).0, told(&[expired.clone()], None).1.as_str()),
            ("fails", "its licence has run out")
        );
        expired.expired = Some(false);
        assert_eq!(told(&[expired], None).0, "meets");
    }

    #[test]
    fn a_product_that_stands_back_is_fine_beside_an_approved_one_and_not_alone() {
        let mut back = product("ClamAV", Engine::Running, RealTime::Off);
        back.passive = Some(true);
        let on = product("ClamAV", Engine::Running, RealTime::Blocking);
        let foreign = product("Other AV", Engine::Running, RealTime::Blocking);
        assert_eq!(told(&[back.clone(), on], None).0, "meets");
        let (verdict, summary, _) = told(&[back, foreign], None);
        assert_eq!((verdict, summary.as_str()), ("fails", "stands back for another product"));
    }

    #[test]
    fn tamper_protection_that_is_off_is_told_and_is_no_failure() {
        let mut open = product("ClamAV", Engine::Running, RealTime::Blocking);
        open.tamper_protection = Some(false);
        let (verdict, _, reason) = told(&[open], None);
        assert_eq!(verdict, "meets");
        assert!(reason.contains("users can turn it off: tamper protection is off"), "{reason}");
    }

    #[test]
    fn nothing_found_fails_when_all_was_looked_at_and_is_unknown_otherwise() {
        assert_eq!(told(&[], None).1, "not found");
        let (verdict, _, reason) = told(&[], Some("/opt: permission denied"));
        assert_eq!(verdict, "unknown");
        assert!(reason.contains("/opt: permission denied"));
    }

    #[test]
    fn real_time_is_not_asked_for_when_the_policy_does_not() {
        let mut policy = sample::policy();
        policy.antivirus.real_time = false;
        let verdict = judge(&[product("ClamAV", Engine::Running, RealTime::Off)], None, &policy);
        assert!(matches!(verdict.outcome, VerdictOutcome::Meets { .. }));
    }
}

//! Reports through the service's own door: who gets what of when, and what they do not say.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Role;
use tonic::{Code, Status};

use crate::console::bench::{Bench, start};

/// The report of a term, as somebody of that role gets it.
async fn term(bench: &Bench, role: Role, days: (&str, &str), site: &str) -> Result<proto::TermReport, Status> {
    let name = format!("{} {} {site}", role.word(), days.0);
    let (_, caller) = bench.operator(&name, role, &[]).await;
    let request = proto::GetTermReportRequest { from: days.0.into(), to: days.1.into(), site: site.into() };
    Ok(caller.reports().get_term_report(request).await?.into_inner())
}

async fn review(bench: &Bench, role: Role) -> proto::ReviewReport {
    let (_, caller) = bench.operator(role.word(), role, &[]).await;
    let request = proto::GetReviewReportRequest::default();
    caller.reports().get_review_report(request).await.expect("a report").into_inner()
}

/// Raises so many concerns of a level.
async fn raise(bench: &Bench, count: u32, level: u8, category: &'static str, conflicts: &'static str) {
    let at = start().as_millisecond();
    let step = move |tx: &rusqlite::Transaction<'_>| {
        for _ in 0..count {
            tx.execute(
                "INSERT INTO alert (reference, kind, severity, site, device, about, state, raised_at)
                 VALUES ('26-' || (SELECT count(*) + 1 FROM alert), 'safeguarding', ?1, 1, 1, '', 'new', ?2 - 60000)",
                rusqlite::params![level, at],
            )?;
            tx.execute(
                "INSERT INTO case_file (alert, category, subject, conflicts) VALUES (last_insert_rowid(), ?1, 'pupil', ?2)",
                rusqlite::params![category, conflicts],
            )?;
        }
        Ok(())
    };
    bench.store.write(crate::store::Order::First, step).await.expect("is written");
}

async fn with_device() -> Bench {
    let bench = Bench::open().await;
    let step = |tx: &rusqlite::Transaction<'_>| {
        tx.execute(
            "INSERT OR IGNORE INTO device (id, uuid, site, name, status, enrolled_at, agent_version)
             VALUES (1, ?1, 1, 'PC-1', 'active', 0, '0.1.0')",
            [[7_u8; 16]],
        )?;
        Ok(())
    };
    bench.store.write(crate::store::Order::First, step).await.expect("is written");
    bench
}

#[tokio::test]
async fn small_numbers_leave_the_collector_in_no_part_of_a_report() {
    let bench = with_device().await;
    raise(&bench, 12, 4, "bullying", "").await;
    raise(&bench, 2, 5, "suicide", "").await;
    let report = term(&bench, Role::Governor, ("", ""), "").await.expect("a report");
    assert_eq!(report.concerns, Some(proto::Count { value: 14, hidden: false }));
    let levels = report.by_level.expect("levels").parts;
    let of = |name: &str| levels.iter().find(|part| part.name == name).and_then(|part| part.count).expect("a level");
    assert!(of("level 5").hidden && of("level 4").hidden, "{levels:?}: 14 - 12 gives the 2 away");
    let categories = report.by_category.expect("categories").parts;
    assert!(!categories.iter().any(|part| part.name.contains("suicide")), "{categories:?}");
    assert!(report.responses.iter().all(|times| times.hidden), "{:?}", report.responses);
}

#[tokio::test]
async fn governors_get_whole_terms_of_all_sites_and_those_who_know_the_cases_any_days() {
    let bench = with_device().await;
    raise(&bench, 12, 4, "bullying", "").await;
    for (days, site) in [(("2026-11-01", "2026-11-20"), ""), (("", ""), "North")] {
        let refused = term(&bench, Role::Governor, days, site).await.expect_err("could be subtracted");
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
        assert!(term(&bench, Role::SafeguardingLead, days, site).await.is_ok());
    }
    let backwards = term(&bench, Role::SafeguardingLead, ("2026-11-20", "2026-11-01"), "").await;
    assert_eq!(backwards.expect_err("ends before it begins").code(), Code::InvalidArgument);
}

#[tokio::test]
async fn nobody_counts_what_is_about_their_own_office() {
    let bench = with_device().await;
    raise(&bench, 12, 4, "bullying", "").await;
    raise(&bench, 6, 5, "bullying", ",head,").await;
    for (role, count) in [(Role::Head, 12), (Role::Chair, 18)] {
        let report = term(&bench, role, ("", ""), "").await.expect("a report");
        assert_eq!(report.concerns, Some(proto::Count { value: count, hidden: false }), "{role}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_never_green() {
    let bench = Bench::open().await;
    let report = review(&bench, Role::Auditor).await;
    for check in &report.checks {
        let knows_nothing = ["there is none", "no mail was ever sent", "it is being checked", "0 of 0 met"];
        if knows_nothing.iter().any(|part| check.figure.contains(part)) {
            assert_eq!(check.state, "unknown", "{check:?}");
        }
    }
    assert!(report.checks.iter().any(|check| check.state == "unknown"), "an empty school knows little");
    let pictures = report.checks.iter().find(|check| check.question == "Are pictures looked at?").expect("is asked");
    assert_eq!(pictures.state, "red");
}

#[tokio::test]
async fn the_network_manager_gets_no_figures_of_rules() {
    let bench = with_device().await;
    for (role, expected) in [(Role::NetworkManager, false), (Role::SafeguardingLead, true)] {
        let report = review(&bench, role).await;
        assert_eq!(report.sheets.iter().any(|sheet| sheet.title == "How often rules were right"), expected, "{role}");
    }
}

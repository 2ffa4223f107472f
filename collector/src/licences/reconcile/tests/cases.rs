//! One rule a test.

use super::school::{School, TODAY, ago};
use crate::licences::{
    Counted, Decision, Doubt, Group, Measures, Metric, Number, Owned, Pence, Permission, Phase, Reading, Seat, Term,
    TitleState, Transfer, Verdict,
};

fn school() -> School {
    let mut school = School::new(&["North", "South"]);
    school.title("adobe", "paid", "");
    school
}

#[test]
fn what_is_installed_beyond_what_is_owned_is_over_and_costs_the_dearest_seat() {
    let mut school = school();
    school.machines(34, 0, &["adobe"]);
    school.own("adobe", 30).cost = Some(Pence(906_000));
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.over, title.over_of), (TitleState::Over, 4, Counted::Devices));
    assert_eq!((title.owned, title.installed, title.spare), (Owned::Seats(30), 34, 0));
    assert_eq!(title.at_risk, Some(Pence(120_800)));
    let over = school.audited().behind.into_iter().find(|one| one.number == Number::Over).expect("over");
    assert_eq!(over.devices.len(), 34, "any of them would do");
}

#[test]
fn a_licence_for_a_version_is_kept_for_those_that_no_other_covers() {
    let mut school = school();
    school.machines(2, 0, &["adobe"]);
    for (machine, major) in school.machines.iter_mut().zip(["2019", "2024"]) {
        machine.copies.get_mut("adobe").expect("it has it").major = major.into();
    }
    school.own("adobe", 1);
    school.own("adobe", 1).version = "2020".into();
    assert_eq!(school.outcome("adobe").state, TitleState::InOrder, "a greedy spread would find one over");
    school.machines[0].copies.get_mut("adobe").expect("it has it").major = String::new();
    let title = school.outcome("adobe");
    assert_eq!(title.state, TitleState::CannotTell, "nobody knows its version");
    assert_eq!(title.doubts, [Doubt::VersionNotTold { devices: 1 }]);
    school.machines[0].copies.get_mut("adobe").expect("it has it").major = "2021".into();
    assert_eq!((school.outcome("adobe").state, school.outcome("adobe").over), (TitleState::Over, 1));
}

#[test]
fn seats_of_a_site_are_not_another_sites() {
    let mut school = school();
    school.machines(3, 0, &["adobe"]);
    school.machines(1, 1, &["adobe"]);
    school.own("adobe", 2).scope.site = Some("north".into());
    school.own("adobe", 4).scope.site = Some("South".into());
    let audited = school.audited();
    let title = audited.outcome.title("adobe").expect("there");
    assert_eq!((title.state, title.over, title.spare), (TitleState::Over, 1, 3));
    let over = audited.behind.iter().find(|one| one.number == Number::Over).expect("over");
    assert_eq!(over.devices, [1, 2, 3]);
    let of = |site: usize| audited.sites[site].title("adobe").map(|title| (title.state, title.owned, title.over));
    assert_eq!(of(0), Some((TitleState::Over, Owned::Seats(2), 1)));
    assert_eq!(of(1), Some((TitleState::InOrder, Owned::Seats(4), 0)));
}

#[test]
fn what_expired_yesterday_is_not_owned_and_what_ends_today_is() {
    let mut school = school();
    school.machines(7, 0, &["adobe"]);
    school.own("adobe", 10).ends_on = Some(TODAY);
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.licences[0].ends_in), (TitleState::InOrder, Some(0)));
    school.register.licences[0].ends_on = Some(ago(1));
    let audited = school.audited();
    let title = audited.outcome.title("adobe").expect("there");
    assert_eq!((title.state, title.owned, title.over), (TitleState::Expired, Owned::Seats(0), 7));
    assert_eq!((title.licences[0].phase, title.at_risk), (Phase::Expired, Some(Pence(7000))));
    assert_eq!(audited.outcome.totals.expired, 1);
    school.register.licences[0].term = Term::Perpetual;
    assert_eq!(school.outcome("adobe").state, TitleState::InOrder, "for ever");
    school.register.licences[0].term = Term::Maintenance;
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.licences[0].phase), (TitleState::InOrder, Phase::MaintenanceEnded));
    school.register.licences[0].starts_on = Some(ago(-1));
    assert_eq!(school.outcome("adobe").state, TitleState::Unlicensed, "it has not begun");
}

#[test]
fn what_ends_soon_is_told_in_the_shortest_of_three_spans() {
    let mut school = school();
    for days in [0, 30, 31, 60, 61, 90, 91] {
        school.own("adobe", 1).ends_on = Some(ago(-days));
    }
    assert_eq!(school.audited().outcome.totals.ending, [2, 2, 2]);
}

#[test]
fn a_paid_title_without_a_licence_is_unlicensed_and_a_free_one_needs_none() {
    let mut school = school();
    for (slug, licensing) in
        [("free", "free"), ("open", "open-source"), ("part", "bundled"), ("maybe", "freemium"), ("odd", "")]
    {
        school.title(slug, licensing, "");
    }
    school.machines(2, 0, &["adobe", "free", "open", "part", "maybe", "odd"]);
    let audited = school.audited();
    let state = |slug: &str| audited.outcome.title(slug).expect("there").state;
    assert_eq!(state("adobe"), TitleState::Unlicensed);
    assert_eq!([state("free"), state("open"), state("part")], [TitleState::NotNeeded; 3]);
    assert_eq!([state("maybe"), state("odd")], [TitleState::CannotTell; 2]);
    let adobe = audited.outcome.title("adobe").expect("there");
    assert!(adobe.at_risk.is_none() && adobe.risk_is_not_known(), "what nobody bought has no price");
    let counts = audited.outcome.counts();
    assert_eq!((counts.met, counts.not_met, counts.unknown), (0, 1, 2));
}

#[test]
fn a_name_that_the_catalogue_does_not_know_is_unknown() {
    let mut school = school();
    school.titles[0].known = false;
    school.machines(1, 0, &["adobe"]);
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.permission), (TitleState::UnknownName, Permission::Unknown));
    assert_eq!(title.state.verdict(), Verdict::Unknown);
    school.own("bought-and-not-in-the-catalogue", 5);
    let title = school.outcome("bought-and-not-in-the-catalogue");
    assert_eq!((title.state, title.doubts.as_slice()), (TitleState::CannotTell, [Doubt::NotInCatalogue].as_slice()));
    assert_eq!((title.spare, title.wasted), (0, None), "nobody can say that it is installed nowhere");
}

#[test]
fn what_has_lapsed_is_expired_also_where_the_catalogue_does_not_know_it() {
    let mut school = school();
    school.own("not-in-the-catalogue", 5).ends_on = Some(ago(1));
    let title = school.outcome("not-in-the-catalogue");
    assert_eq!((title.state, title.doubts.as_slice()), (TitleState::Expired, [Doubt::NotInCatalogue].as_slice()));
    school.own("not-in-the-catalogue", 5);
    assert_eq!(school.outcome("not-in-the-catalogue").state, TitleState::CannotTell, "another is in force");
}

#[test]
fn a_seat_is_spare_where_what_covers_any_number_does_its_work() {
    let mut school = school();
    school.machines(3, 0, &["adobe"]);
    school.own("adobe", 2);
    school.own("adobe", 0).metric = Metric::Trust;
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.spare, title.wasted), (TitleState::InOrder, 2, Some(Pence(2000))));
    school.register.licences.reverse();
    assert_eq!(school.outcome("adobe").spare, 2, "whichever was entered first");
}

#[test]
fn stale_silent_and_gone_devices_are_told_apart_and_a_stale_one_may_keep_its_seat() {
    let mut school = school();
    school.machines(6, 0, &["adobe"]);
    school.machines[1].seen = Some(30);
    school.machines[2].seen = Some(31);
    school.machines[3].gone = true;
    school.machines[4].reading = Reading::Never;
    school.machines[5].reading = Reading::Partial;
    school.own("adobe", 6);
    school.register.seats.insert(
        school.register.licences[0].id,
        vec![Seat::Device(1), Seat::Device(4), Seat::Account("t.example".into())],
    );
    let audited = school.audited();
    let fleet = &audited.outcome.fleet;
    assert_eq!((fleet.enrolled, fleet.counted, fleet.stale, fleet.silent), (5, 3, 1, 1));
    assert_eq!((fleet.partial, fleet.gone, fleet.without_use), (1, 1, 3));
    let title = audited.outcome.title("adobe").expect("there");
    assert_eq!((title.installed, title.stale, title.spare), (3, 1, 2));
    assert_eq!((title.assigned, title.licences[0].freed), (2, 1));
    school.machines.retain(|machine| machine.seen == Some(31));
    school.register.licences.clear();
    let title = school.outcome("adobe");
    assert_eq!(
        (title.state, title.doubts.as_slice()),
        (TitleState::CannotTell, [Doubt::OnlyStale { devices: 1 }].as_slice())
    );
}

#[test]
fn unused_is_what_was_not_opened_for_long_and_never_what_nobody_recorded() {
    let mut school = school();
    school.machines(4, 0, &["adobe"]);
    for (machine, used) in school.machines.iter_mut().zip([Some(90), Some(91), None, Some(0)]) {
        machine.copies.get_mut("adobe").expect("it has it").used = used;
    }
    school.own("adobe", 6).cost = Some(Pence(601));
    let title = school.outcome("adobe");
    assert_eq!((title.used, title.unused, title.use_unknown, title.spare), (2, 1, 1, 2));
    assert_eq!(title.wasted, Some(Pence(300)), "three seats, rounded down");
    school.register.licences[0].cost = None;
    let title = school.outcome("adobe");
    assert!(title.wasted.is_none() && title.waste_is_not_known());
}

#[test]
fn two_members_of_a_suite_take_one_of_its_seats_and_one_its_own_licence() {
    let mut school = School::new(&["North"]);
    for member in ["photo", "paint"] {
        school.title(member, "paid", "suite");
    }
    school.machines(3, 0, &["photo", "paint"]);
    school.machines(2, 0, &["photo"]);
    school.own("suite", 4);
    school.own("photo", 1);
    let outcome = school.audited().outcome;
    let of = |slug: &str| outcome.title(slug).map(|title| (title.state, title.installed, title.over, title.in_suite));
    assert_eq!(of("suite"), Some((TitleState::InOrder, 3, 0, 0)));
    assert_eq!(of("photo"), Some((TitleState::InOrder, 5, 0, 3)), "the suite's seat that is left serves the second");
    assert_eq!(of("paint"), Some((TitleState::InSuite, 3, 0, 3)));
    school.register.licences[0].quantity = 2;
    let outcome = school.audited().outcome;
    let over = |slug: &str| outcome.title(slug).map(|title| title.over);
    assert_eq!((over("suite"), over("photo")), (Some(1), Some(1)));
    school.own("photo", 2);
    school.own("paint", 1);
    let outcome = school.audited().outcome;
    let over = |slug: &str| outcome.title(slug).map(|title| title.over);
    assert_eq!((over("suite"), over("photo")), (Some(0), Some(0)), "a seat of each member's own serves the third");
}

#[test]
fn a_seat_of_the_suite_goes_first_to_what_nothing_else_covers() {
    let mut school = School::new(&["North"]);
    for (title, suite) in [("photo", "suite"), ("paint", "suite"), ("suite", "")] {
        school.title(title, "paid", suite);
        school.own(title, 1);
    }
    school.machines(1, 0, &["photo", "paint"]);
    school.machines(1, 0, &["suite"]);
    let outcome = school.audited().outcome;
    assert_eq!(outcome.title("suite").map(|title| (title.state, title.over)), Some((TitleState::InOrder, 0)));
}

#[test]
fn people_are_counted_where_they_are_more_than_the_devices() {
    let mut school = school();
    school.machines(2, 0, &["adobe"]);
    school.own("adobe", 3).metric = Metric::User;
    assert_eq!(school.outcome("adobe").state, TitleState::InOrder);
    school.machines[0].copies.get_mut("adobe").expect("it has it").users = 4;
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.over, title.over_of), (TitleState::Over, 2, Counted::Users));
    let over = school.audited().behind.into_iter().find(|one| one.number == Number::Over).expect("over");
    assert_eq!(over.devices, [1, 2], "an account less on either of them helps");
}

#[test]
fn full_time_equivalents_must_be_reached_and_told() {
    let mut school = school();
    school.machines(40, 0, &["adobe"]);
    school.own("adobe", 20).metric = Metric::Fte;
    let title = school.outcome("adobe");
    assert_eq!(title.state, TitleState::CannotTell);
    assert_eq!(title.doubts, [Doubt::FteNotTold { sites: vec!["North".into()] }]);
    school.register.fte.insert("North".into(), 2000);
    assert_eq!(school.outcome("adobe").state, TitleState::InOrder);
    school.register.fte.insert("North".into(), 2010);
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.over, title.over_of), (TitleState::Over, 1, Counted::Fte));
}

#[test]
fn more_copies_than_may_run_at_a_time_cannot_be_told() {
    let mut school = school();
    school.machines(5, 0, &["adobe"]);
    school.own("adobe", 5).metric = Metric::Concurrent;
    assert_eq!(school.outcome("adobe").state, TitleState::InOrder);
    school.register.licences[0].quantity = 3;
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.over), (TitleState::CannotTell, 0));
    assert_eq!(title.doubts, [Doubt::Concurrent { beyond: 2 }]);
}

#[test]
fn a_sites_licence_covers_the_site_and_the_trusts_all() {
    let mut school = school();
    school.machines(2, 0, &["adobe"]);
    school.machines(3, 1, &["adobe"]);
    school.own("adobe", 0).metric = Metric::Site;
    school.register.licences[0].scope.site = Some("North".into());
    let title = school.outcome("adobe");
    assert_eq!((title.over, title.owned), (3, Owned::Unlimited));
    school.register.licences[0].scope.site = None;
    assert_eq!(school.outcome("adobe").state, TitleState::CannotTell, "which site it is for, nobody wrote down");
    school.register.licences[0].metric = Metric::Trust;
    assert_eq!(school.outcome("adobe").state, TitleState::InOrder);
    school.register.licences[0].metric = Metric::Device;
    assert_eq!(school.outcome("adobe").doubts, [Doubt::NoQuantity]);
}

/// Two machines at North and one at South, of which the first and the last are in "Lab 3".
fn lab() -> School {
    let mut school = school();
    school.machines(2, 0, &["adobe"]);
    school.machines(1, 1, &["adobe"]);
    school.groups.push(Group { name: "Lab 3".into(), devices: vec![0, 2] });
    school
}

#[test]
fn a_licence_for_a_room_covers_the_devices_of_the_group_alone() {
    let mut school = lab();
    school.own("adobe", 5).scope.place = "lab 3".into();
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.over, title.spare), (TitleState::Over, 1, 3), "one machine is not in the lab");
    let over = school.audited().behind.into_iter().find(|one| one.number == Number::Over).expect("over");
    assert_eq!(over.devices, [2]);
    school.register.licences[0].scope.site = Some("South".into());
    assert_eq!(school.outcome("adobe").over, 2, "the lab at South has one");
    let licence = &mut school.register.licences[0];
    (licence.metric, licence.quantity) = (Metric::Site, 0);
    assert_eq!(school.outcome("adobe").over, 2);
    school.register.licences[0].scope.site = None;
    assert_eq!(
        (school.outcome("adobe").over, school.outcome("adobe").doubts.len()),
        (1, 0),
        "the lab says where it is"
    );
    school.register.licences[0].metric = Metric::Concurrent;
    school.register.licences[0].quantity = 1;
    let title = school.outcome("adobe");
    assert_eq!((title.over, title.doubts.as_slice()), (1, [Doubt::Concurrent { beyond: 1 }].as_slice()));
    school.register.licences[0].metric = Metric::User;
    school.register.licences[0].quantity = 3;
    assert_eq!(school.outcome("adobe").state, TitleState::InOrder, "people have theirs wherever they are");
}

#[test]
fn a_place_that_is_no_group_of_devices_is_told_and_never_in_order() {
    let mut school = lab();
    school.own("adobe", 3).scope.place = "Lab 4".into();
    let told = |devices| Doubt::PlaceNotTold { licence: 1, place: "Lab 4".into(), every_site: true, devices };
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.over, title.doubts.as_slice()), (TitleState::CannotTell, 0, [told(3)].as_slice()));
    school.own("adobe", 3);
    let title = school.outcome("adobe");
    assert_eq!(
        (title.state, title.doubts.as_slice()),
        (TitleState::InOrder, [told(0)].as_slice()),
        "another covers all"
    );
    school.register.licences.truncate(1);
    school.register.licences[0].quantity = 2;
    assert_eq!(school.outcome("adobe").state, TitleState::Over, "too few, wherever they are");
}

#[test]
fn what_the_suite_covers_at_an_unknown_place_is_a_doubt_of_its_member() {
    let mut school = School::new(&["North"]);
    for member in ["photo", "paint"] {
        school.title(member, "paid", "suite");
    }
    school.machines(2, 0, &["photo"]);
    school.own("photo", 1);
    school.own("suite", 1).scope.place = "Lab 4".into();
    let title = school.outcome("photo");
    let told = Doubt::PlaceNotTold { licence: 2, place: "Lab 4".into(), every_site: true, devices: 1 };
    assert_eq!((title.state, title.doubts), (TitleState::CannotTell, vec![told]));
}

#[test]
fn a_decision_for_a_room_is_about_its_devices() {
    let mut school = lab();
    school.decide("adobe", Decision::Approved, None);
    school.decide("adobe", Decision::Refused, None);
    school.register.approvals[0].scope.place = "Lab 3".into();
    let title = school.outcome("adobe");
    assert_eq!((title.permission, title.refused, title.unapproved), (Permission::Refused, 1, 0), "the lab may have it");
    school.register.approvals.truncate(1);
    assert_eq!(school.outcome("adobe").unapproved, 1, "and nobody else");
    school.register.approvals[0].scope.place = "Year 7".into();
    assert_eq!(school.outcome("adobe").permission, Permission::Approved, "whom it means, nobody knows");
}

#[test]
fn the_last_decision_about_a_title_for_a_site_holds() {
    let mut school = school();
    school.machines(2, 0, &["adobe"]);
    school.machines(1, 1, &["adobe"]);
    assert_eq!((school.outcome("adobe").permission, school.outcome("adobe").unapproved), (Permission::Missing, 3));
    school.decide("adobe", Decision::Approved, None);
    assert_eq!(school.outcome("adobe").permission, Permission::Approved);
    school.decide("adobe", Decision::Refused, Some("South"));
    let title = school.outcome("adobe");
    assert_eq!((title.permission, title.refused, title.unapproved), (Permission::Refused, 1, 0));
    school.register.approvals[0].ends_on = Some(ago(1));
    assert_eq!(school.outcome("adobe").unapproved, 2, "an approval that has ended approves nothing");
    school.titles[0].category = "system".into();
    assert_eq!(school.outcome("adobe").permission, Permission::NotNeeded);
}

#[test]
fn what_is_exempt_is_not_complained_of_until_the_day() {
    let mut school = school();
    school.machines(2, 0, &["adobe"]);
    school.exempt("adobe", Some(1), TODAY);
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.installed, title.exempt), (TitleState::Unlicensed, 2, 1));
    assert_eq!((title.over, title.unapproved), (1, 1));
    school.exempt("adobe", None, ago(1));
    assert_eq!(school.outcome("adobe").over, 1, "that one has ended");
    school.exempt("adobe", None, TODAY);
    assert_eq!(school.outcome("adobe").state, TitleState::Exempt);
}

#[test]
fn seats_that_were_handed_on_are_the_other_sites() {
    let mut school = school();
    school.machines(3, 0, &["adobe"]);
    school.machines(2, 1, &["adobe"]);
    school.own("adobe", 5).scope.site = Some("North".into());
    school.own("adobe", 2).scope.site = Some("South".into());
    let [source, target] = [school.register.licences[0].id, school.register.licences[1].id];
    school.register.transfers.push(Transfer {
        id: 1,
        source,
        target,
        quantity: 2,
        on: ago(3),
        reason: "a class moved".into(),
    });
    let title = school.outcome("adobe");
    assert_eq!((title.state, title.owned, title.spare), (TitleState::InOrder, Owned::Seats(5), 0));
    assert_eq!(title.licences[0].handed_on, 2);
    school.own("adobe", 1).cost = None;
    school.register.licences[2].scope.site = Some("North".into());
    let back = Transfer {
        id: 2,
        source: target,
        target: school.register.licences[2].id,
        quantity: 1,
        on: ago(2),
        reason: "half of it moved back".into(),
    };
    school.register.transfers.push(back);
    school.register.licences[1].cost = None;
    school.machines(1, 0, &["adobe"]);
    let title = school.outcome("adobe");
    assert_eq!((title.over, title.at_risk), (1, Some(Pence(1000))), "a seat costs what it cost where it was bought");
}

#[test]
fn an_outcome_is_kept_and_read_again() {
    let mut school = school();
    school.machines(2, 0, &["adobe"]);
    school.own("adobe", 1).ends_on = Some(ago(-9));
    let outcome = school.audited().outcome;
    let kept = serde_json::to_string(&outcome).expect("it can be written");
    assert_eq!(serde_json::from_str::<crate::licences::Outcome>(&kept).expect("it can be read"), outcome);
    assert_eq!((outcome.week(), outcome.measures), ((2026, 47), Measures::default()));
}

//! Entries of software lists, for those who may see them.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::Role;
use tonic::Code;

use super::bench::{Bench, Caller, start};

async fn school() -> Bench {
    let bench = Bench::open().await;
    bench.store.add_devices("North", vec![("PC-NORTH".into(), Some(start()))]).await;
    bench.store.add_devices("South", vec![("PC-SOUTH".into(), Some(start()))]).await;
    let titles = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "1".to_owned())).collect();
    bench.store.add_software("PC-NORTH", titles(&["both", "north-title"])).await;
    bench.store.add_software("PC-SOUTH", titles(&["both", "south-title"])).await;
    bench
}

/// Name and devices of every entry, asked for one by one.
async fn listed(caller: &Caller, device: &str, site: &str) -> Result<Vec<(String, u32)>, tonic::Status> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = Some(proto::Page { size: 1, after });
        let request = proto::ListEntriesRequest { page, device: device.into(), site: site.into() };
        let answer = caller.catalogue().list_entries(request).await?.into_inner();
        found.extend(answer.entries.into_iter().map(|one| (one.entry.unwrap_or_default().name, one.devices)));
        after = answer.next_page;
        if after.is_empty() {
            return Ok(found);
        }
    }
}

fn told(names: &[(&str, u32)]) -> Vec<(String, u32)> {
    names.iter().map(|(name, devices)| ((*name).to_owned(), *devices)).collect()
}

#[tokio::test]
async fn entries_are_of_the_own_sites_alone() {
    let bench = school().await;
    let (_, all) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    let (_, north) = bench.operator("Nora Example", Role::Technician, &["North"]).await;
    let own = told(&[("both", 1), ("north-title", 1)]);
    assert_eq!(
        listed(&all, "", "").await.expect("entries"),
        told(&[("both", 2), ("north-title", 1), ("south-title", 1)])
    );
    assert_eq!(listed(&all, "", "north").await.expect("entries"), own);
    assert_eq!(listed(&north, "", "").await.expect("entries"), own);
    assert_eq!(listed(&north, "PC-NORTH", "").await.expect("entries"), own);
    for (device, site) in [("PC-SOUTH", ""), ("", "South")] {
        assert_eq!(listed(&north, device, site).await.expect_err("not hers").code(), Code::NotFound);
    }
    let (_, business) = bench.operator("Bea Example", Role::BusinessManager, &[]).await;
    assert_eq!(listed(&business, "", "").await.expect("entries").len(), 3);
    assert_eq!(listed(&business, "PC-NORTH", "").await.expect_err("a device").code(), Code::PermissionDenied);
    let (_, lead) = bench.operator("Lena Example", Role::SafeguardingLead, &[]).await;
    assert_eq!(listed(&lead, "", "").await.expect_err("not hers").code(), Code::PermissionDenied);
}

#[tokio::test]
async fn no_entry_names_an_account() {
    let bench = school().await;
    bench.store.installed_for("pupil.one").await;
    for role in [Role::NetworkManager, Role::Technician] {
        let (_, caller) = bench.operator(&format!("{} Example", role.word()), role, &[]).await;
        for device in ["", "PC-NORTH"] {
            let request = proto::ListEntriesRequest { device: device.into(), ..Default::default() };
            let answer = caller.catalogue().list_entries(request).await.expect("entries").into_inner();
            let shown = format!("{:?}", answer.entries);
            assert!(shown.contains("north-title") && !shown.contains("pupil"), "{shown}");
        }
    }
}

#[tokio::test]
async fn too_much_at_once_is_refused() {
    let bench = school().await;
    let (_, caller) = bench.operator("Ada Example", Role::NetworkManager, &[]).await;
    let entry = |name: &str| proto::RawEntry { name: name.into(), ..proto::RawEntry::default() };
    for entries in [vec![entry("a"); 1_001], vec![entry(&"x".repeat(1_001))], vec![entry(" ")]] {
        let refused = caller.catalogue().try_entries(proto::TryEntriesRequest { entries }).await.expect_err("refused");
        assert_eq!(refused.code(), Code::InvalidArgument);
    }
    let entries = vec![entry("Microsoft Edge"), entry("Nobody Knows This 3")];
    let tried = caller.catalogue().try_entries(proto::TryEntriesRequest { entries }).await.expect("an answer");
    let standings: Vec<String> = tried.into_inner().standings.into_iter().map(|one| one.standing).collect();
    assert_eq!(standings, ["title", "unknown"]);
}

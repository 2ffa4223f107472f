//! The counted rows of titles and contents against a look at every row, whatever happens to devices and what they have.

use proptest::prelude::*;

use super::{ContentFilter, SoftwareFilter};
use crate::filter::Chosen;
use crate::store::SiteScope;
use crate::store::sample::{Sample, store};

const SITES: [i64; 2] = [1, 2];
const SOFTWARE: &str = "SELECT s.name || ' ' || s.version || ' ' || s.publisher || ' ' || count(DISTINCT s.device)
    FROM software s JOIN device d ON d.id = s.device
    WHERE s.kind = 'title' AND d.status = 'active' AND d.site IN (SELECT value FROM json_each(?1))
    GROUP BY s.name, s.version, s.source, s.publisher ORDER BY s.name, s.version, s.source, s.publisher";
/// The digest ends each line so that it can be compared with what a list shows.
const CONTENTS: &str = "SELECT x.first_seen_at || ' ' || x.name || ' ' || x.path || ' ' || x.format || ' ' || x.class
        || ' ' || x.devices || ' ' || lower(hex(x.sha256))
    FROM (SELECT e.device, e.path, e.sha256, e.first_seen_at, e.format, coalesce(e.class, '') AS class, d.name,
            (SELECT count(DISTINCT o.device) FROM executable o JOIN device a ON a.id = o.device
             WHERE o.sha256 = e.sha256 AND a.status = 'active' AND a.site IN (SELECT value FROM json_each(?1))) AS devices,
            row_number() OVER (PARTITION BY e.sha256 ORDER BY e.first_seen_at, e.device, e.path) AS place
          FROM executable e JOIN device d ON d.id = e.device
          WHERE d.status = 'active' AND d.site IN (SELECT value FROM json_each(?1))) x
    WHERE x.place = 1 ORDER BY x.first_seen_at DESC, x.sha256";

async fn school() -> Sample {
    let sample = store().await;
    sample
        .write(|tx| {
            tx.execute_batch(
                "INSERT INTO site (id, name) VALUES (2, 'South');
                 INSERT INTO device (id, uuid, site, name, status, enrolled_at, agent_version)
                 VALUES (2, x'02', 2, 'PC-2', 'active', 0, '1'), (3, x'03', 1, 'PC-3', 'active', 0, '1')",
            )
        })
        .await;
    sample
}

/// Something that ingest, an operator or a repair does to a device, as SQL.
fn deed() -> impl Strategy<Value = String> {
    let device = 1..=3_i64;
    let kind = prop_oneof![4 => Just("title"), 1 => Just("component")];
    let installs = (device.clone(), 0..2_u8, 0..2_u8, 0..2_u8, 0..2_u8, kind).prop_map(
        |(device, name, architecture, user, publisher, kind)| {
            format!(
                "INSERT INTO software (device, name, version, architecture, source, user, publisher, kind)
                 VALUES ({device}, 'title {name}', '1', 'a{architecture}', 'dpkg', 'u{user}', 'p{publisher}', '{kind}')
                 ON CONFLICT DO UPDATE SET publisher = excluded.publisher, kind = excluded.kind"
            )
        },
    );
    let removes = (device.clone(), 0..2_u8, 0..2_u8).prop_map(|(device, name, user)| {
        format!("DELETE FROM software WHERE device = {device} AND name = 'title {name}' AND user = 'u{user}'")
    });
    let updates = (0..2_u8, 0..3_u8).prop_map(|(name, version)| {
        format!("UPDATE OR IGNORE software SET version = '{version}' WHERE name = 'title {name}'")
    });
    let class = prop_oneof![Just("NULL"), Just("'game'")];
    let finds = (device.clone(), 0..3_u8, 0..3_u8, class, 0..4_i64).prop_map(|(device, path, digest, class, at)| {
        format!(
            "INSERT INTO executable (device, path, sha256, size_bytes, modified_at, owner, format, class, first_seen_at)
             VALUES ({device}, '/tmp/{path}', x'{digest:064}', 3, 4, 'root', 'elf', {class}, {at})
             ON CONFLICT DO UPDATE SET first_seen_at = CASE sha256 WHEN excluded.sha256 THEN first_seen_at
                 ELSE excluded.first_seen_at END, sha256 = excluded.sha256, class = excluded.class"
        )
    });
    let loses = (device.clone(), 0..3_u8)
        .prop_map(|(device, path)| format!("DELETE FROM executable WHERE device = {device} AND path = '/tmp/{path}'"));
    let status = prop_oneof![2 => Just("active"), 1 => Just("revoked"), 1 => Just("lost")];
    let moves = (device, status, 1..=2_i64).prop_map(|(device, status, site)| {
        format!("UPDATE device SET status = '{status}', site = {site} WHERE id = {device}")
    });
    prop_oneof![3 => installs, 1 => removes, 1 => updates, 3 => finds, 1 => loses, 2 => moves]
}

/// All rows of a query about sites.
async fn slowly(sample: &Sample, sql: &'static str, sites: &[i64]) -> Vec<String> {
    let sites = format!("{sites:?}");
    sample.read(move |connection| connection.prepare(sql)?.query_map([sites], |row| row.get(0))?.collect()).await
}

async fn listed(sample: &Sample, sites: SiteScope) -> (Vec<String>, Vec<String>) {
    let filter = SoftwareFilter { sites: sites.clone(), device: None, name: String::new(), view: Chosen::default() };
    let titles = sample.store.list_software(filter, None, 99).await.expect("titles");
    let titles = titles.iter().map(|row| format!("{} {} {} {}", row.name, row.version, row.publisher, row.devices));
    let filter = ContentFilter { sites, since: None, device: None, view: Chosen::default() };
    let contents = sample.store.list_contents(filter, None, 99).await.expect("contents");
    let contents = contents.iter().map(|row| {
        let at = row.first_seen_at.as_millisecond();
        format!("{at} {} {} {} {} {} {}", row.device, row.path, row.format, row.class, row.devices, row.sha256)
    });
    (titles.collect(), contents.collect())
}

#[test]
fn lists_hold_what_a_look_at_every_row_finds() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let _inside = runtime.enter();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(deeds in proptest::collection::vec(deed(), 1..40))| {
        runtime.block_on(async {
            let sample = school().await;
            for sql in deeds {
                sample.write(move |tx| tx.execute(&sql, [])).await;
                let all = [(SiteScope::all(), SITES.to_vec())];
                let each = SITES.map(|site| (SiteScope::only(vec![(site, "a site".into())]), vec![site]));
                for (scope, sites) in all.into_iter().chain(each) {
                    let (titles, contents) = listed(&sample, scope).await;
                    prop_assert_eq!(titles, slowly(&sample, SOFTWARE, &sites).await, "titles of {:?}", &sites);
                    prop_assert_eq!(contents, slowly(&sample, CONTENTS, &sites).await, "contents of {:?}", &sites);
                }
                let both = SiteScope::only(SITES.map(|site| (site, "a site".into())).to_vec());
                let (titles, contents) = listed(&sample, both).await;
                prop_assert_eq!(titles, slowly(&sample, SOFTWARE, &SITES).await, "titles of two sites");
                prop_assert_eq!(contents.len(), slowly(&sample, CONTENTS, &SITES).await.len(), "contents of two sites");
            }
            Ok(())
        })?;
    });
}

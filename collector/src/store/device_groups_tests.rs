//! The rows of groups against what the policies in force say, whatever becomes of policies and devices.

use std::path::PathBuf;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{
    BootId, DeviceClock, DeviceId, Envelope, EpochId, EpochReason, Facts, HostFacts, Outcome, Payload, ProbeName,
    Reading, Stream,
};
use caretaker_shared::pki::{Authority, Certificate, DeviceKey, Validity};
use caretaker_shared::wire::{self, Hello, Upload};
use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Caller, Disposal, Loss, NewDevice, NewToken, Standing, Store, TokenStanding};
use crate::rules::sample::now;

const SITES: [&str; 2] = ["North", "South"];
const NAMES: [&str; 5] = ["LAB1-a", "lab1-LT-b", "LAB2-LT-a", "LIB-1", "elsewhere"];
const ALERTS: &str = "[alerts]\nnetwork_manager = ['it@example.school']
                      safeguarding_lead = ['pat@example.school', 'sam@example.school']\n";

/// A group, its patterns, and which devices those are, said once more without any pattern.
type Known = (&'static str, &'static str, &'static [&'static str]);
const GROUPS: [Known; 4] = [
    ("Lab 1", "'lab1-*'", &["LAB1-a", "lab1-LT-b"]),
    ("Laptops", "'*-LT-*', 'nobody'", &["lab1-LT-b", "LAB2-LT-a"]),
    ("lab 1", "'LAB2-*', 'lab1-a'", &["LAB1-a", "LAB2-LT-a"]),
    ("Library", "'lib-1'", &["LIB-1"]),
];

/// What becomes of policies and devices. A device is one of those that were let in, in turn.
#[derive(Debug, Clone)]
enum Deed {
    Apply { site: usize, groups: [bool; 4] },
    Enrol { site: usize, name: usize },
    SayHello { device: usize, name: usize },
    Report { device: usize, name: usize },
    Leave { device: usize, how: u8 },
    Move { device: usize, site: usize },
    OpenOlder,
}

fn deed() -> impl Strategy<Value = Deed> {
    let (site, name, device) = (0..SITES.len(), 0..NAMES.len(), 0..4_usize);
    prop_oneof![
        3 => (site.clone(), any::<[bool; 4]>()).prop_map(|(site, groups)| Deed::Apply { site, groups }),
        3 => (site.clone(), name.clone()).prop_map(|(site, name)| Deed::Enrol { site, name }),
        2 => (device.clone(), name.clone()).prop_map(|(device, name)| Deed::SayHello { device, name }),
        2 => (device.clone(), name).prop_map(|(device, name)| Deed::Report { device, name }),
        1 => (device.clone(), 0..3_u8).prop_map(|(device, how)| Deed::Leave { device, how }),
        1 => (device, site).prop_map(|(device, site)| Deed::Move { device, site }),
        1 => Just(Deed::OpenOlder),
    ]
}

struct Member {
    id: DeviceId,
    name: usize,
    site: usize,
    active: bool,
    epoch: EpochId,
    sent: u64,
}

/// A collector, and what it ought to hold.
struct School {
    home: TempDir,
    store: Store,
    certificate: Certificate,
    policies: [[bool; 4]; 2],
    members: Vec<Member>,
}

impl School {
    async fn open(certificate: Certificate) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let store = Store::open(&home.path().join("caretaker.db")).expect("a new database");
        for site in SITES {
            store.apply_policy(site, ALERTS, "a test", now()).await.expect("a site");
            let expires_at = Timestamp::MAX;
            let token =
                NewToken { fingerprint: token(site), site: site.into(), uses: 1_000, created_at: now(), expires_at };
            store.create_token(token, "a test").await.expect("is kept").expect("the site exists");
        }
        Self { home, store, certificate, policies: [[false; 4]; 2], members: Vec::new() }
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("caretaker.db")
    }

    async fn does(&mut self, deed: &Deed) {
        match *deed {
            Deed::Apply { site, groups } => self.applies(site, groups).await,
            Deed::Enrol { site, name } => self.enrols(site, name).await,
            Deed::SayHello { device, name } => {
                if let Some(device) = self.active(device) {
                    self.members[device].name = name;
                    self.says_hello(device).await;
                }
            }
            Deed::Report { device, name } => {
                if let Some(device) = self.active(device) {
                    self.reports(device, name).await;
                }
            }
            Deed::Leave { device, how } => {
                if let Some(device) = self.active(device) {
                    self.leaves(device, how).await;
                }
            }
            Deed::Move { device, site } => {
                if let Some(device) = self.active(device) {
                    self.sql(&format!("UPDATE device SET site = {} WHERE id = {}", site + 1, device + 1));
                    self.members[device].site = site;
                    // Nobody moves devices but by hand: the next greeting puts it right.
                    self.says_hello(device).await;
                }
            }
            Deed::OpenOlder => {
                self.sql("DELETE FROM device_group");
                self.store = Store::open(&self.path()).expect("opens again");
            }
        }
    }

    async fn applies(&mut self, site: usize, mut groups: [bool; 4]) {
        // A policy cannot have both.
        groups[2] &= !groups[0];
        let chosen = GROUPS.iter().zip(groups).filter(|(_, chosen)| *chosen);
        let tables =
            chosen.map(|((name, patterns, _), _)| format!("[[groups]]\nname = '{name}'\ndevices = [{patterns}]\n"));
        let toml = tables.collect::<String>() + ALERTS;
        self.store.apply_policy(SITES[site], &toml, "a test", now()).await.expect("is in force");
        self.policies[site] = groups;
    }

    async fn enrols(&mut self, site: usize, name: usize) {
        let id = DeviceId::random();
        let digest = Sha256::of(id.to_string().as_bytes());
        let mut certificate = self.certificate.clone();
        (certificate.serial, certificate.fingerprint) = (id.as_bytes().to_vec(), digest);
        let new = NewDevice {
            device: id,
            hostname: NAMES[name].into(),
            agent_version: "0.1.0".into(),
            token: token(SITES[site]),
            certificate,
        };
        let standing = self.store.enrol(new, now()).await.expect("is let in");
        assert_eq!(standing, TokenStanding::Good { site: SITES[site].into() });
        self.members.push(Member { id, name, site, active: true, epoch: EpochId::random(), sent: 0 });
    }

    async fn says_hello(&self, device: usize) {
        let (member, caller) = (&self.members[device], self.caller(device).await);
        let hello = Hello {
            epoch: member.epoch,
            previous: None,
            reason: EpochReason::NewInstall,
            marks: Vec::new(),
            agent_version: "0.1.0".into(),
            hostname: NAMES[member.name].into(),
            policy_version: 0,
            clock: clock(),
            root: None,
            recipients: None,
            checkpoint: None,
        };
        self.store.hello(caller, hello, now()).await.expect("is welcome");
    }

    async fn reports(&mut self, device: usize, name: usize) {
        self.says_hello(device).await;
        let caller = self.caller(device).await;
        let host = HostFacts {
            hostname: NAMES[name].into(),
            os: "Debian GNU/Linux 12 (bookworm)".into(),
            platform: "linux".into(),
            kernel: "6.1".into(),
            architecture: "x86_64".into(),
            processors: 4,
            memory_bytes: 8_000_000_000,
            booted_at: now(),
        };
        let reading =
            Reading { probe: ProbeName::Host, taken_at: now(), outcome: Outcome::Complete(Facts::Host(host)) };
        let envelope = wire::encode(&Envelope { recorded: clock(), payload: Payload::Reading(reading) });
        let member = &mut self.members[device];
        (member.name, member.sent) = (name, member.sent + 1);
        let records = vec![(member.sent, envelope)];
        let upload = Upload { epoch: member.epoch, stream: Stream::State, records, clock: clock() };
        let ingested = self.store.ingest(caller, upload, now()).await.expect("is written");
        ingested.expect("is taken in");
    }

    async fn leaves(&mut self, device: usize, how: u8) {
        let member = &mut self.members[device];
        let who = String::from("the business manager");
        let news = match how {
            0 => self.store.revoke_device(member.id, "a mistake", "root", now()).await,
            1 => {
                let loss = Loss { lost_at: now(), reported_by: who, circumstances: "left on a train".into() };
                self.store.lose_device(member.id, loss, "root", now()).await
            }
            _ => {
                let (how, to_whom) = ("recycled".into(), "Example Recycling".into());
                let disposal = Disposal { disposed_at: now(), authorised_by: who, how, to_whom, wiped: true };
                self.store.retire_device(member.id, disposal, "root", now()).await
            }
        };
        assert!(news.expect("is written"));
        member.active = false;
    }

    fn active(&self, device: usize) -> Option<usize> {
        self.members.get(device).filter(|member| member.active).map(|_| device)
    }

    async fn caller(&self, device: usize) -> Caller {
        let id = self.members[device].id;
        match self.store.standing(id, id.as_bytes().to_vec(), now()).await.expect("answers") {
            Standing::Active(caller) => caller,
            standing @ (Standing::Revoked | Standing::Unknown) => panic!("{standing:?}"),
        }
    }

    fn sql(&self, sql: &str) {
        let database = rusqlite::Connection::open(self.path()).expect("opens");
        database.busy_timeout(std::time::Duration::from_secs(5)).expect("is set");
        database.execute(sql, []).expect("is done");
    }

    /// Devices and their groups, as they stand in the table.
    async fn held(&self) -> Vec<(i64, String)> {
        self.store
            .read(|connection| {
                let mut query = connection.prepare("SELECT device, name FROM device_group")?;
                let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let mut held = rows.collect::<Result<Vec<_>, _>>()?;
                held.sort();
                Ok(held)
            })
            .await
            .expect("reads")
    }

    fn expected(&self) -> Vec<(i64, String)> {
        let mut expected = Vec::new();
        for (row, member) in (1..).zip(&self.members).filter(|(_, member)| member.active) {
            for ((name, _, devices), in_force) in GROUPS.iter().zip(self.policies[member.site]) {
                if in_force && devices.contains(&NAMES[member.name]) {
                    expected.push((row, (*name).to_owned()));
                }
            }
        }
        expected.sort();
        expected
    }
}

fn token(site: &str) -> Sha256 {
    Sha256::of(site.as_bytes())
}

fn clock() -> DeviceClock {
    DeviceClock { wall: now(), steady: std::time::Duration::ZERO, boot: BootId::random() }
}

fn certificate() -> Certificate {
    let (authority, _) = Authority::generate("Northfield School", now()).expect("an authority");
    let request = DeviceKey::generate().and_then(|key| key.request()).expect("a request");
    let validity = Validity { now: now(), days: 100 };
    authority.issue_device(DeviceId::random(), &request, validity).expect("a certificate").certificate
}

#[test]
fn each_active_device_has_the_groups_that_its_policy_gives_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let _inside = runtime.enter();
    let certificate = certificate();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(deeds in proptest::collection::vec(deed(), 1..30))| {
        runtime.block_on(async {
            let mut school = School::open(certificate.clone()).await;
            for deed in deeds {
                school.does(&deed).await;
                prop_assert_eq!(school.held().await, school.expected(), "after {:?}", deed);
            }
            Ok(())
        })?;
    });
}

/// The way of every deed, once and on purpose, so that none of them hangs on what is drawn.
#[tokio::test]
async fn a_device_joins_and_leaves_groups_with_policy_name_site_and_status() {
    let mut school = School::open(certificate()).await;
    let (all, none) = ([true, true, false, true], [false; 4]);
    let deeds = [
        (Deed::Enrol { site: 0, name: 0 }, ""),
        (Deed::Apply { site: 0, groups: all }, "Lab 1"),
        (Deed::Enrol { site: 0, name: 1 }, "Lab 1, Lab 1, Laptops"),
        (Deed::SayHello { device: 0, name: 3 }, "Library, Lab 1, Laptops"),
        (Deed::Report { device: 0, name: 2 }, "Laptops, Lab 1, Laptops"),
        (Deed::OpenOlder, "Laptops, Lab 1, Laptops"),
        (Deed::Move { device: 1, site: 1 }, "Laptops"),
        (Deed::Apply { site: 1, groups: [false, true, true, true] }, "Laptops, Laptops"),
        (Deed::Apply { site: 0, groups: [false, false, true, false] }, "lab 1, Laptops"),
        (Deed::Leave { device: 1, how: 0 }, "lab 1"),
        (Deed::Apply { site: 0, groups: none }, ""),
        (Deed::Apply { site: 0, groups: all }, "Laptops"),
        (Deed::Leave { device: 0, how: 2 }, ""),
        (Deed::OpenOlder, ""),
    ];
    for (deed, expected) in deeds {
        school.does(&deed).await;
        let held: Vec<String> = school.held().await.into_iter().map(|(_, name)| name).collect();
        assert_eq!(held.join(", "), expected, "after {deed:?}");
    }
}

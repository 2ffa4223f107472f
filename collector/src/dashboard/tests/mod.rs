//! The state machine, and what is seen of it.

mod books;
mod groups;
mod link;
mod opened;
mod screens;
mod ways;

use caretaker_proto::console::v1::{
    AlertCounts, AuditHealth, Band, BehindDevice, Compliance, Device, EstateCounts, GetDashboardResponse,
    GetDeviceResponse, LicenceCount, LicencePosition, ListBehindResponse, MailHealth, NewExecutables, SitePolicy,
    SoftwareTitle, Verdict,
};
use caretaker_shared::model::Requirement;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Zoned};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::Wish;
use super::app::{App, Effect};
use super::ask::{Answer, Question, Unanswered};
use super::draw;
use super::filter::Scope;
use super::look::{Colours, Look};
use crate::render::text::width as text_width;

/// A terminal with everything but colours: what is seen is told by words and letters alone.
const PLAIN: Look = Look { colours: Colours::None, unicode: true };
const ASCII: Look = Look { colours: Colours::None, unicode: false };

/// The dashboard in front of a person, and a collector that the test plays.
struct Desk {
    app: App,
    /// Questions that have no answer yet.
    asked: Vec<Question>,
    quit: bool,
}

fn start() -> Zoned {
    "2026-11-21T14:02:07+00:00[Europe/London]".parse().expect("a time in London")
}

impl Desk {
    /// Just opened on a terminal of that size; it has asked for the front page.
    fn open(size: (u16, u16)) -> Self {
        let wish = Wish::new(None, None, SignedDuration::from_secs(5));
        let mut desk = Self { app: App::new(wish, size, start()), asked: Vec::new(), quit: false };
        desk.pass(0);
        desk
    }

    /// The same with a front page.
    fn with_school(size: (u16, u16)) -> Self {
        let mut desk = Self::open(size);
        desk.hears(Answer::Front(Box::new(school())));
        desk
    }

    fn does(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                // An answer to an earlier question is not waited for any more.
                Effect::Ask(question) => self.asked = vec![question],
                Effect::Quit => self.quit = true,
            }
        }
    }

    fn presses(&mut self, keys: &[KeyCode]) {
        for key in keys {
            let effects = self.app.key(KeyEvent::new(*key, KeyModifiers::NONE));
            self.does(effects);
        }
    }

    fn types(&mut self, text: &str) {
        self.presses(&text.chars().map(KeyCode::Char).collect::<Vec<_>>());
    }

    /// Seconds go by.
    fn pass(&mut self, seconds: i64) {
        let now = &self.app.now + SignedDuration::from_secs(seconds);
        let effects = self.app.tick(now);
        self.does(effects);
    }

    /// The collector answers the last question.
    fn hears(&mut self, answer: Answer) {
        self.gets(Ok(answer));
    }

    fn gets(&mut self, answer: Result<Answer, Unanswered>) {
        let question = self.asked.pop().expect("something was asked");
        let now = self.app.now.clone();
        let effects = self.app.answer(&question, answer, now);
        self.does(effects);
    }

    /// What is on the terminal.
    fn seen(&self) -> String {
        self.seen_on(PLAIN)
    }

    fn seen_on(&self, look: Look) -> String {
        let (width, height) = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        terminal.draw(|frame| draw::screen(frame, &self.app, look)).expect("drawn");
        let buffer = terminal.backend().buffer();
        let row = |row: u16| {
            let (mut line, mut column) = (String::new(), 0);
            while column < width {
                let symbol = buffer[(column, row)].symbol();
                line.push_str(symbol);
                // A letter of two columns hides the cell after it.
                column += u16::try_from(text_width(symbol)).expect("a letter").max(1);
            }
            line.trim_end().to_owned() + "\n"
        };
        (0..height).map(row).collect()
    }
}

/// A school of 1,204 devices at two sites.
fn school() -> GetDashboardResponse {
    let requirements = Requirement::ALL.iter().zip(0_u32..).map(|(requirement, n)| {
        let (not_met, unknown) = match requirement.id() {
            "E1" => (9, 24),
            "E2" => (142, 24),
            "A3" => (0, 0),
            "E4" => (1_204, 0),
            "E7" => (0, 1_204),
            _ => (n * 3, 17),
        };
        let met = 1_204 - not_met - unknown;
        let (id, title) = (requirement.id().to_owned(), requirement.title().to_owned());
        Compliance { requirement: id, title, met, not_met, unknown }
    });
    GetDashboardResponse {
        school: "Northfield School".into(),
        now: "2026-11-21T14:02:07Z".into(),
        sites: vec!["North".into(), "South".into()],
        devices: Some(EstateCounts { enrolled: 1_204, reporting: 1_187, silent: 12, never_reported: 5 }),
        requirements: requirements.collect(),
        signatures: bands(&[("1d", 1_038), ("3d", 96), ("7d", 31), ("older", 15), ("unknown", 24)]),
        locks: bands(&[("5min", 1_020), ("10min", 0), ("15min", 129), ("longer", 4), ("never", 9), ("unknown", 42)]),
        executables: Some(NewExecutables { contents: 14, devices: 3, more: false }),
        mail: Some(MailHealth {
            state: "healthy".into(),
            last_delivered_at: "2026-11-21T13:41:00Z".into(),
            ..MailHealth::default()
        }),
        alerts: Some(AlertCounts { new: 3, acknowledged: 1 }),
        policies: ["North", "South"].map(policy).into(),
        licences: Some(LicencePosition { audited_at: "2026-11-16T06:00:00Z".into(), counts: licence_counts() }),
        audit: Some(AuditHealth { state: "whole".into(), ..AuditHealth::default() }),
        may_list: true,
        ..GetDashboardResponse::default()
    }
}

fn licence_counts() -> Vec<LicenceCount> {
    let count = |(word, titles): (&str, u32)| LicenceCount { word: word.to_owned(), titles };
    [("not in order", 2), ("unknown", 1), ("in order", 41)].map(count).into()
}

fn policy(site: &str) -> SitePolicy {
    SitePolicy { site: site.to_owned(), version: 14, devices: 602, devices_current: 598 }
}

fn bands(counts: &[(&str, u32)]) -> Vec<Band> {
    counts.iter().map(|(band, devices)| Band { band: (*band).to_owned(), devices: *devices }).collect()
}

/// Devices that lock too late, one of them with a name in two scripts.
fn late() -> ListBehindResponse {
    let device = |name: &str, site: &str, verdict: &str, note: &str| BehindDevice {
        id: format!("id-{name}"),
        name: name.to_owned(),
        site: site.to_owned(),
        last_seen_at: "2026-11-21T13:58:59Z".into(),
        verdict: verdict.to_owned(),
        note: note.to_owned(),
    };
    let devices = vec![
        device("PC-LAB3-04", "North", "fails", "never locks"),
        device("PC-LAB3-11", "North", "fails", "locks after 15 min"),
        device("Zoë’s laptop – 学校のコンピューター一号機", "South", "fails", "locks after 10 min"),
        device("PC-LIBRARY-02", "South", "unknown", "not reported"),
    ];
    ListBehindResponse { now: String::new(), devices, left_out: 0 }
}

fn device() -> GetDeviceResponse {
    let verdict = |requirement: &str, verdict: &str, summary: &str, reason: &str| Verdict {
        requirement: requirement.to_owned(),
        verdict: verdict.to_owned(),
        summary: summary.to_owned(),
        reason: reason.to_owned(),
        ..Verdict::default()
    };
    GetDeviceResponse {
        device: Some(Device {
            id: "id-PC-LAB3-04".into(),
            name: "PC-LAB3-04".into(),
            site: "North".into(),
            status: "active".into(),
            os: "Windows 11 Education 23H2".into(),
            agent_version: "0.1.0".into(),
            last_seen_at: "2026-11-21T13:58:59Z".into(),
            policy_version: 14,
            ..Device::default()
        }),
        verdicts: vec![
            verdict("E1", "meets", "Microsoft Defender, real-time on", "signatures 6 hours old"),
            verdict("E2", "fails", "never locks", "screen saver off, no machine limit"),
        ],
        software_titles: 214,
        ..GetDeviceResponse::default()
    }
}

fn titles() -> Vec<SoftwareTitle> {
    let title = |name: &str, version: &str| SoftwareTitle {
        name: name.to_owned(),
        version: version.to_owned(),
        publisher: "Example Ltd".into(),
        ..SoftwareTitle::default()
    };
    vec![title("7-Zip", "24.08"), title("Audacity", "3.7"), title("Éditeur d’équations", "2.1")]
}

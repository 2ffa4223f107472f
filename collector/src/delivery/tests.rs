//! The loop that sends, with a clock and a mailer of the test's.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::clock::{Clock, ManualClock};
use caretaker_shared::model::DeviceEventKind;
use caretaker_shared::secret::Secret;
use jiff::{Timestamp, ToSpan as _};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::sending::{next_try, start_due};
use super::{Ways, Webhook, run};
use crate::mail::memory::MemoryMailer;
use crate::mail::{Mail, MailError, Mailer, Reply};
use crate::rules::sample;
use crate::store::console::AlertSight;
use crate::store::sample::{DEVICE_NAME, Sample, keyword, store};

pub(super) const MINUTE: Duration = Duration::from_secs(60);
const STATES: &str = "SELECT address || ' ' || state || ' ' || attempts || ' ' || last_error FROM outbox ORDER BY id";

/// A school of one person.
const ALONE: &str =
    "alerts = { safeguarding_lead = ['lead@northfield.example'], network_manager = ['network@northfield.example'] }";

/// A school with somebody on every rung.
pub(super) const SCHOOL: &str = "
    alerts = { network_manager = ['network@northfield.example'] }
    contacts = [
        { name = 'A', role = 'safeguarding-lead', email = 'lead@northfield.example' },
        { name = 'B', role = 'deputy', email = 'deputy@northfield.example' },
        { name = 'C', role = 'head', email = 'head@northfield.example' },
        { name = 'D', role = 'chair', email = 'chair@northfield.example' },
    ]
    calendar = { time_zone = 'UTC' }";

pub(super) struct Bench {
    pub(super) sample: Sample,
    pub(super) mailer: Arc<MemoryMailer>,
    pub(super) second: Option<Arc<MemoryMailer>>,
    /// Whether there is one; nobody listens there.
    pub(super) webhook: bool,
    pub(super) clock: Arc<ManualClock>,
}

impl Bench {
    pub(super) async fn new(mailer: MemoryMailer) -> Self {
        let clock = Arc::new(ManualClock::new(sample::now()));
        let bench = Self { sample: store().await, mailer: Arc::new(mailer), second: None, webhook: false, clock };
        bench.apply(ALONE).await;
        bench
    }

    pub(super) async fn apply(&self, toml: &str) {
        let applied = self.sample.store.apply_policy("Northfield School", toml, "a test", self.clock.now()).await;
        assert!(applied.expect("applies").changed);
    }

    /// One safeguarding alert with one recipient.
    async fn alert(&self, severity: u32, document: &str) {
        let mut policy = sample::policy();
        policy.alerts.contacts.truncate(1);
        assert!(self.sample.report(keyword(severity, document), policy, self.clock.now()).await);
    }

    fn ways(&self) -> Arc<Ways> {
        let second = self.second.clone().map(|mailer| (mailer as Arc<dyn Mailer>, 5 * MINUTE));
        let deaf = || Webhook {
            host: "127.0.0.1".into(),
            port: 1,
            path: "/".into(),
            tls: None,
            key: Secret::new(b"a key of the school".to_vec()),
        };
        let webhook = self.webhook.then(|| (deaf(), 10 * MINUTE));
        Arc::new(Ways { school: "Northfield School".into(), first: self.mailer.clone(), second, webhook })
    }

    /// One turn of the loop: everything that is due now, to its end.
    pub(super) async fn turn(&self) {
        let (ways, clock): (_, Arc<dyn Clock>) = (self.ways(), self.clock.clone());
        loop {
            let mut sending = JoinSet::new();
            start_due(&self.sample.store, &ways, &clock, &mut sending).await.expect("the queue is read");
            if sending.is_empty() {
                return;
            }
            sending.join_all().await;
        }
    }

    /// Moves the clock to the next time that anything is due, and takes a turn.
    async fn next_turn(&self) {
        let due = self.sample.store.next_mail_due().await.expect("the queue is read").expect("something waits");
        self.clock.set_wall(due.max(self.clock.now()));
        self.turn().await;
    }

    /// Does everything that is due until then, each at its time.
    pub(super) async fn run_until(&self, end: Timestamp) {
        self.turn().await;
        loop {
            let mail = self.sample.store.next_mail_due().await.expect("the queue is read");
            let step = self.sample.store.next_step_due().await.expect("the ladders are read");
            let Some(next) = [mail, step].into_iter().flatten().min().filter(|next| *next <= end) else { break };
            self.clock.set_wall(next.max(self.clock.now()));
            self.turn().await;
        }
        self.clock.set_wall(end);
    }

    fn start(&self, wake: &Arc<Notify>, stop: &CancellationToken) -> tokio::task::JoinHandle<()> {
        let store = self.sample.store.clone();
        tokio::spawn(run(store, self.ways(), self.clock.clone(), wake.clone(), stop.clone()))
    }
}

pub(super) fn minutes_after(start: Timestamp, minutes: i64) -> Timestamp {
    start.checked_add(minutes.minutes()).expect("a time in range")
}

pub(super) fn unreachable() -> MailError {
    MailError::Unreachable("the mail server could not be reached")
}

fn later() -> MailError {
    MailError::Later(Reply { code: 451, status: Some("4.3.0".into()) })
}

#[test]
fn tries_follow_the_schedule_and_end_after_five_days() {
    let start = sample::now();
    for (gone, next) in
        [(0, 1), (1, 2), (2, 5), (5, 10), (10, 15), (15, 30), (30, 60), (60, 90), (61, 90), (7199, 7200)]
    {
        let got = next_try(start, minutes_after(start, gone), &later());
        assert_eq!(got, Some(minutes_after(start, next)), "after {gone} minutes");
    }
    assert_eq!(next_try(start, minutes_after(start, 7200), &later()), None);
    assert_eq!(next_try(start, start, &MailError::Address), None);
    let silent = next_try(start, minutes_after(start, 61), &unreachable());
    assert_eq!(silent, Some(minutes_after(start, 66)), "a server that is away is asked every five minutes");
}

#[tokio::test]
async fn a_clock_that_is_put_back_by_years_holds_up_no_mail() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.mailer.answer(|_| Err(later()));
    bench.clock.set_wall(minutes_after(sample::now(), 4 * 365 * 24 * 60));
    bench.alert(4, "essay").await;
    bench.clock.set_wall(sample::now());
    bench.sample.store.lease_mail(1, bench.clock.now()).await.expect("leases");
    bench.turn().await;
    assert!(bench.mailer.tried().is_empty(), "a lease holds whatever the clock did before it");
    bench.next_turn().await;
    assert_eq!(bench.mailer.tried().len(), 1);
    let next = bench.sample.store.next_mail_due().await.expect("reads");
    assert_eq!(next, Some(minutes_after(bench.clock.now(), 1)), "the schedule begins anew");
}

#[tokio::test]
async fn a_mail_goes_out_once_and_is_marked() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.alert(4, "essay").await;
    bench.turn().await;
    bench.clock.advance(60 * MINUTE);
    bench.turn().await;
    assert_eq!(bench.mailer.sent().len(), 1);
    assert_eq!(bench.sample.texts(STATES).await, ["lead@northfield.example sent 1 "]);
    assert_eq!(bench.sample.store.next_mail_due().await.expect("reads"), None);
}

#[tokio::test]
async fn the_first_try_that_fails_shows_at_once() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.mailer.answer(|_| Err(unreachable()));
    bench.alert(4, "essay").await;
    bench.turn().await;
    let mail = bench.sample.store.overview(AlertSight::everything()).await.expect("reads").mail;
    assert_eq!((mail.waiting, mail.refused), (1, 1));
    assert_eq!(mail.last_error, "the mail server could not be reached");
}

#[tokio::test]
async fn a_crash_between_send_and_mark_sends_again_with_the_same_message_id() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.alert(5, "essay").await;
    let leased = bench.sample.store.lease_mail(1, bench.clock.now()).await.expect("leases");
    let before = crate::mail::compose(&leased[0], bench.clock.now(), &jiff::tz::TimeZone::UTC).expect("a mail");
    bench.mailer.send(&before).await.expect("is taken; and here the collector dies");

    bench.turn().await;
    assert_eq!(bench.mailer.sent().len(), 1, "nobody else gets a leased row");
    bench.next_turn().await;
    let sent = bench.mailer.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].message_id, sent[1].message_id);
    assert_eq!((sent[0].resend, sent[1].resend), (0, 1));
    assert_eq!(bench.sample.texts(STATES).await, ["lead@northfield.example sent 2 "]);
}

#[tokio::test]
async fn a_new_run_does_not_wait_for_what_the_last_one_held() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.alert(5, "essay").await;
    let leased = bench.sample.store.lease_mail(1, bench.clock.now()).await.expect("leases");
    assert_eq!(leased.len(), 1, "and here the collector dies");

    bench.sample.store.end_mail_leases(bench.clock.now()).await.expect("ends");
    bench.turn().await;
    assert_eq!(bench.mailer.sent().len(), 1);
}

#[tokio::test]
async fn one_recipient_who_is_refused_for_good_does_not_touch_the_other() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.mailer.answer(|mail| {
        if mail.to.starts_with("deputy") {
            return Err(MailError::Refused(Reply { code: 550, status: Some("5.1.1".into()) }));
        }
        Ok(())
    });
    bench.sample.report(keyword(5, "essay"), sample::policy(), bench.clock.now()).await;
    bench.turn().await;
    assert_eq!(
        bench.sample.texts(STATES).await,
        [
            "lead@northfield.example sent 1 ",
            "deputy@northfield.example failed 1 550 5.1.1: the mail server refuses this recipient for good"
        ]
    );
    bench.sample.write(|tx| tx.execute("UPDATE alert SET state = 'acknowledged'", [])).await;
    bench.clock.advance(24 * 60 * MINUTE);
    bench.turn().await;
    assert_eq!(bench.mailer.tried().len(), 2, "what is refused for good is not tried again");
    assert_eq!(bench.sample.store.overview(AlertSight::everything()).await.expect("reads").mail.unreached, 1);
    bench.sample.write(|tx| tx.execute("UPDATE alert SET state = 'closed'", [])).await;
    assert_eq!(
        bench.sample.store.overview(AlertSight::everything()).await.expect("reads").mail.unreached,
        0,
        "that alert is over"
    );
}

#[tokio::test]
async fn mail_that_reached_nobody_goes_to_the_addresses_of_the_next_policy() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.mailer.answer(|mail| match mail.to.as_str() {
        "lead@northfield.example" => Err(MailError::Refused(Reply { code: 550, status: None })),
        "deputy@northfield.example" => Err(later()),
        _ => Ok(()),
    });
    bench.sample.report(keyword(5, "essay"), sample::policy(), bench.clock.now()).await;
    bench.turn().await;
    let toml = "[alerts]
                safeguarding_lead = ['head@northfield.example', 'Deputy@northfield.example']
                network_manager = ['network@northfield.example']";
    let applied = bench.sample.store.apply_policy("Northfield School", toml, "a test", bench.clock.now()).await;
    assert!(applied.expect("applies").changed);
    bench.turn().await;
    let states = bench.sample.texts("SELECT address || ' ' || state FROM outbox ORDER BY id").await;
    assert_eq!(states, ["deputy@northfield.example waiting", "head@northfield.example sent"]);

    let last = toml.replace("'head@", "'governor@").replace(", 'Deputy@northfield.example'", "");
    bench.sample.store.apply_policy("Northfield School", &last, "a test", bench.clock.now()).await.expect("applies");
    bench.turn().await;
    let states = bench.sample.texts("SELECT address || ' ' || state FROM outbox ORDER BY id").await;
    assert_eq!(states, ["head@northfield.example sent", "governor@northfield.example sent"]);
    let last = format!("{last}\n# the same people");
    bench.sample.store.apply_policy("Northfield School", &last, "a test", bench.clock.now()).await.expect("applies");
    assert_eq!(bench.sample.store.next_mail_due().await.expect("reads"), None, "who was reached is not mailed anew");
}

#[tokio::test]
async fn nothing_is_lost_while_the_server_is_away_for_72_hours() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    let (clock, back) = (bench.clock.clone(), minutes_after(sample::now(), 72 * 60 + 1));
    bench.mailer.answer(move |_| if clock.now() < back { Err(unreachable()) } else { Ok(()) });
    bench.alert(4, "essay").await;
    bench.alert(5, "poem").await;
    while bench.mailer.sent().len() < 2 {
        bench.next_turn().await;
    }
    assert!(bench.clock.now() <= minutes_after(back, 5), "within five minutes of its return");
    let identifiers: BTreeSet<String> = bench.mailer.tried().into_iter().map(|mail| mail.message_id).collect();
    assert_eq!(identifiers.len(), 2, "one for each mail, over all tries");
}

#[tokio::test]
async fn a_mail_is_given_up_after_five_days_and_says_why() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    bench.mailer.answer(|_| Err(later()));
    bench.alert(4, "essay").await;
    // Reminders of the school days after that are mails of their own.
    while !bench.sample.texts(STATES).await[0].contains(" failed ") {
        bench.next_turn().await;
    }
    assert_eq!(bench.clock.now(), minutes_after(sample::now(), 5 * 24 * 60));
    let states = bench.sample.texts(STATES).await;
    assert!(states[0].ends_with("451 4.3.0: the mail server asks to try again later"), "{states:?}");
}

#[tokio::test]
async fn the_most_severe_goes_first_and_then_the_oldest() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    for (severity, document) in [(4, "one"), (4, "two"), (5, "three"), (4, "four")] {
        bench.alert(severity, document).await;
        bench.clock.advance(MINUTE);
    }
    let leased = bench.sample.store.lease_mail(10, bench.clock.now()).await.expect("leases");
    let order: Vec<_> = leased.into_iter().map(|mail| mail.label().to_owned()).collect();
    assert_eq!(order, ["26-0003", "26-0001", "26-0002", "26-0004"]);
}

#[tokio::test]
async fn two_loops_never_send_the_same_mail() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    for document in 0..40 {
        bench.alert(5, &format!("essay {document}")).await;
    }
    let stop = CancellationToken::new();
    let loops = [bench.start(&Arc::default(), &stop), bench.start(&Arc::default(), &stop)];
    bench.mailer.until_sent(40).await;
    stop.cancel();
    for each in loops {
        each.await.expect("the loop ends");
    }
    let identifiers: BTreeSet<String> = bench.mailer.tried().into_iter().map(|mail| mail.message_id).collect();
    assert_eq!((identifiers.len(), bench.mailer.tried().len()), (40, 40));
}

#[tokio::test]
async fn a_slow_recipient_holds_up_nobody_and_a_wake_up_is_enough() {
    let bench = Bench::new(MemoryMailer::holding("lead@northfield.example")).await;
    let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
    let outbox = bench.start(&wake, &stop);
    bench.sample.report(keyword(5, "essay"), sample::policy(), bench.clock.now()).await;
    bench.sample.tamper(DeviceEventKind::AntivirusOff, bench.clock.now()).await;
    wake.notify_one();
    bench.mailer.until_sent(2).await;
    let to: BTreeSet<String> = bench.mailer.sent().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["deputy@northfield.example", "network@northfield.example"].map(String::from).into());

    stop.cancel();
    bench.mailer.release();
    outbox.await.expect("the loop finishes what is under way");
    assert_eq!(bench.mailer.sent().len(), 3);
    assert!(bench.sample.texts(STATES).await.iter().all(|row| row.contains(" sent ")));
}

#[tokio::test]
async fn no_mail_names_a_rule_a_category_a_document_a_device_or_another_recipient() {
    let bench = Bench::new(MemoryMailer::accepting()).await;
    let event = keyword(5, "essay");
    bench.sample.report(event.clone(), sample::policy(), bench.clock.now()).await;
    bench.sample.tamper(DeviceEventKind::AntivirusOff, bench.clock.now()).await;
    bench.sample.tamper(DeviceEventKind::SpoolSetAside, bench.clock.now()).await;
    bench.turn().await;
    let sent = bench.mailer.sent();
    assert_eq!(sent.len(), 4);
    let document = event.document.to_string();
    let forbidden = [event.rule.as_str(), event.category.as_str(), "selfharm", "suicide", &document, DEVICE_NAME, "@"];
    for Mail { subject, body, html, message_id, .. } in &sent {
        let text = format!("{subject}\n{body}\n{html}\n{message_id}").to_lowercase();
        for word in forbidden {
            assert!(!text.contains(&word.to_lowercase()), "{word} in:\n{text}");
        }
        assert!(body.lines().all(|line| line.chars().count() <= 78), "{body}");
        assert!(html.lines().all(|line| line.len() <= 998), "{html}");
    }
}

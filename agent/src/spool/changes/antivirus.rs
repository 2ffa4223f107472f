//! Protection that went on or off, and viruses that were not told before.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Antivirus, AntivirusProduct, Detection, DeviceEvent, DeviceEventKind, Engine, RealTime};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::event;

/// So many viruses are remembered as told; a reading lists 200 at most.
const REMEMBERED: usize = 1_000;
/// Hexadecimal digits of a digest that are kept: enough to tell a thousand apart.
const DIGITS: usize = 16;

/// What is kept from reading to reading.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// Whether the device was protected; `None` as long as no reading could tell.
    on: Option<bool>,
    /// The product that protected it, or did so last.
    by: String,
    /// When the first reading was taken, in seconds: what was found before is old news.
    since: i64,
    /// Digests of the viruses that were told.
    told: Vec<String>,
}

pub(super) fn compare(
    known: Option<State>,
    found: &Antivirus,
    whole: bool,
    at: Timestamp,
) -> (State, Vec<DeviceEvent>) {
    let first = known.is_none();
    let mut state = known.unwrap_or_else(|| State { since: at.as_second(), ..State::default() });
    // A clock that once ran ahead must not make everything old news.
    state.since = state.since.min(at.as_second());
    let mut events: Vec<DeviceEvent> = state.protection(&found.products, whole, at).into_iter().collect();
    for detection in &found.detections {
        let digest = digest(detection);
        if state.told.contains(&digest) {
            continue;
        }
        state.told.push(digest);
        if !first && detection.found_at.as_second() >= state.since {
            events.push(virus(detection));
        }
    }
    let surplus = state.told.len().saturating_sub(REMEMBERED);
    state.told.drain(..surplus);
    (state, events)
}

impl State {
    /// Takes note of whether the device is protected now, and tells when that is a change.
    fn protection(&mut self, products: &[AntivirusProduct], whole: bool, at: Timestamp) -> Option<DeviceEvent> {
        let protector = products.iter().find(|product| protects(product) == Some(true));
        let on = match protector {
            Some(_) => true,
            None if self.is_off(products, whole) => false,
            None => return None,
        };
        let before = self.on.replace(on);
        let (kind, subject, detail) = match protector {
            Some(product) => {
                self.by.clone_from(&product.name);
                (DeviceEventKind::AntivirusOn, product.name.clone(), format!("real-time {}", product.real_time.word()))
            }
            None => {
                let last = products.iter().find(|product| self.by.is_empty() || product.name == self.by);
                let subject = last.map_or_else(|| self.by.clone(), |product| product.name.clone());
                (DeviceEventKind::AntivirusOff, subject, last.map_or("no longer installed", why_off).to_owned())
            }
        };
        (before.is_some() && before != Some(on)).then(|| event(kind, at, subject, detail))
    }

    /// Whether nothing protects the device. A product of which nothing is known may do so, unless the one that did
    /// before is seen to have stopped: it would not be missed otherwise.
    fn is_off(&self, products: &[AntivirusProduct], whole: bool) -> bool {
        let stopped = |product: &AntivirusProduct| protects(product) == Some(false);
        let last_stopped = products.iter().any(|product| product.name == self.by && stopped(product));
        last_stopped || (whole && products.iter().all(stopped))
    }
}

/// Whether a product looks at files as they are opened; `None` when it cannot be told. One that has expired does not,
/// nor does one that stands back for another.
fn protects(product: &AntivirusProduct) -> Option<bool> {
    if product.expired == Some(true) || product.passive == Some(true) {
        return Some(false);
    }
    match (product.engine, product.real_time) {
        (Engine::Stopped, _) | (_, RealTime::Off) => Some(false),
        (Engine::Running, RealTime::Blocking | RealTime::DetectOnly) => Some(true),
        (Engine::Unknown, _) | (_, RealTime::Unknown) => None,
    }
}

fn why_off(product: &AntivirusProduct) -> &'static str {
    if product.expired == Some(true) {
        return "its licence has run out";
    }
    match (product.engine, product.passive) {
        (Engine::Stopped, _) => "its engine does not run",
        (Engine::Running | Engine::Unknown, Some(true)) => "it stands back, and nothing else protects the device",
        (Engine::Running | Engine::Unknown, Some(false) | None) => "real-time protection is off",
    }
}

fn virus(detection: &Detection) -> DeviceEvent {
    let said = [detection.path.as_str(), detection.action.as_str()];
    let detail = said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    event(DeviceEventKind::VirusFound, detection.found_at, detection.threat.clone(), detail)
}

/// One virus in one file is told once a day, however often it is met.
fn digest(detection: &Detection) -> String {
    let day = TimeZone::UTC.to_datetime(detection.found_at).date();
    let text = format!("{}\0{}\0{}\0{day}", detection.product, detection.threat, detection.path);
    let mut digits = Sha256::of(text.as_bytes()).to_string();
    digits.truncate(DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(name: &str, engine: Engine, real_time: RealTime) -> AntivirusProduct {
        AntivirusProduct { name: name.into(), engine, real_time, ..AntivirusProduct::default() }
    }

    fn on(name: &str) -> AntivirusProduct {
        product(name, Engine::Running, RealTime::Blocking)
    }

    fn off(name: &str) -> AntivirusProduct {
        product(name, Engine::Running, RealTime::Off)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + seconds).expect("in range")
    }

    fn detection(path: &str, seconds: i64) -> Detection {
        Detection {
            found_at: at(seconds),
            product: "ClamAV".into(),
            threat: "Invented.Threat".into(),
            path: path.into(),
            action: "found".into(),
        }
    }

    /// What each further set of products tells, as kind, subject and detail.
    fn told(readings: &[(bool, Vec<AntivirusProduct>)]) -> Vec<(DeviceEventKind, String, String)> {
        let (mut state, mut told) = (None, Vec::new());
        for (whole, products) in readings {
            let found = Antivirus { products: products.clone(), detections: Vec::new() };
            let (next, events) = compare(state.take(), &found, *whole, at(0));
            state = Some(next);
            told.extend(events.into_iter().map(|event| (event.kind, event.subject, event.detail)));
        }
        told
    }

    #[test]
    fn tells_which_product_went_off_and_why() {
        use DeviceEventKind::{AntivirusOff, AntivirusOn};
        let stopped = product("ClamAV", Engine::Stopped, RealTime::Off);
        let expired = AntivirusProduct { expired: Some(true), ..on("ClamAV") };
        for (after, detail) in [
            (vec![stopped], "its engine does not run"),
            (vec![off("ClamAV")], "real-time protection is off"),
            (vec![expired], "its licence has run out"),
            (Vec::new(), "no longer installed"),
        ] {
            let events = told(&[(true, vec![on("ClamAV")]), (true, after), (true, vec![on("ClamAV")])]);
            let off = (AntivirusOff, "ClamAV".to_owned(), detail.to_owned());
            assert_eq!(events, [off, (AntivirusOn, "ClamAV".to_owned(), "real-time blocking".to_owned())]);
        }
    }

    #[test]
    fn case_22_a_passive_product_does_not_protect_and_another_does() {
        let passive = AntivirusProduct { passive: Some(true), ..on("Microsoft Defender Antivirus") };
        let both = vec![passive.clone(), on("Example Security")];
        assert_eq!(told(&[(true, both.clone()), (true, both.clone())]), []);
        let events = told(&[(true, both), (true, vec![passive, off("Example Security")])]);
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].0, events[0].1.as_str()), (DeviceEventKind::AntivirusOff, "Example Security"));
    }

    #[test]
    fn one_of_two_that_stops_is_no_loss_of_protection() {
        assert_eq!(told(&[(true, vec![on("A"), on("B")]), (true, vec![off("A"), on("B")])]), []);
    }

    #[test]
    fn what_is_not_known_hides_no_product_that_is_seen_to_stop() {
        let unknown = || product("Other", Engine::Unknown, RealTime::Unknown);
        let events = told(&[(true, vec![unknown(), on("A")]), (false, vec![unknown(), off("A")])]);
        assert_eq!(events.len(), 1, "the one that protected is off");
        assert_eq!(told(&[(true, vec![on("A")]), (false, Vec::new())]), [], "a partial reading may have missed it");
        assert_eq!(told(&[(true, vec![on("A")]), (true, vec![unknown()])]), [], "the other may protect");
    }

    #[test]
    fn a_virus_is_told_once_and_not_when_it_is_older_than_the_first_reading() {
        let found = |list: &[Detection]| Antivirus { products: Vec::new(), detections: list.to_vec() };
        let (state, events) = compare(None, &found(&[detection("/a", -50)]), true, at(0));
        assert_eq!(events, []);
        let now = found(&[detection("/old", -10), detection("/a", -50), detection("/b", 10), detection("/b", 20)]);
        let (state, events) = compare(Some(state), &now, true, at(30));
        assert_eq!(events.len(), 1, "one file, one virus, one day");
        assert_eq!((events[0].subject.as_str(), events[0].detail.as_str()), ("Invented.Threat", "/b, found"));
        assert_eq!(events[0].occurred_at, at(10));
        assert_eq!(compare(Some(state), &now, true, at(40)).1, []);
    }

    #[test]
    fn a_first_reading_taken_by_a_clock_that_ran_ahead_does_not_silence_the_rest() {
        let (state, _) = compare(None, &Antivirus::default(), true, at(1_000_000));
        let (state, _) = compare(Some(state), &Antivirus::default(), true, at(0));
        let found = Antivirus { products: Vec::new(), detections: vec![detection("/a", 5)] };
        assert_eq!(compare(Some(state), &found, true, at(10)).1.len(), 1);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let many = (0..REMEMBERED + 50).map(|number| detection(&format!("/{number}"), -5)).collect();
        let found = Antivirus { products: Vec::new(), detections: many };
        assert_eq!(compare(None, &found, true, at(0)).0.told.len(), REMEMBERED);
    }
}

//! What a monitoring system gets.

use std::collections::HashSet;

use jiff::SignedDuration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::serve;
use crate::console::bench::{Bench, start};
use crate::store::console::sample::{SampleAlert, SampleFinding};

/// Asks for a path, and gives the head and the body of the answer.
async fn ask(port: u16, method: &str, path: &str, host: &str) -> (String, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("somebody listens");
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), body.to_owned())
}

/// Holds a text to the format: HELP and TYPE before the samples of a family, which stand together; names, labels and
/// numbers as they must be; no sample twice. Gives the samples.
fn samples(text: &str) -> Vec<(String, f64)> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    let (mut families, mut found, mut seen) = (HashSet::new(), Vec::new(), HashSet::new());
    let (mut family, mut typed) = ("", "");
    assert!(text.ends_with('\n'), "the last line ends too");
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a name and a text");
            assert!(is_name(name) && !help.is_empty() && families.insert(name), "{line}");
            (family, typed) = (name, "");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a kind");
            assert!(name == family && ["gauge", "counter"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            typed = name;
        } else {
            let (series, value) = line.rsplit_once(' ').expect("a series and a number");
            let name = series.split('{').next().unwrap_or_default();
            assert!(name == typed && seen.insert(series.to_owned()), "{line}");
            if let Some(labels) = series.strip_prefix(name).filter(|labels| !labels.is_empty()) {
                let labels = labels.strip_prefix('{').and_then(|labels| labels.strip_suffix('}')).expect("braces");
                for label in labels.split("\",") {
                    let (label, value) = label.split_once("=\"").expect("a name and a value in quotes");
                    assert!(is_name(label), "{line}");
                    let plain = value.strip_suffix('"').unwrap_or(value).replace("\\\\", "").replace("\\\"", "");
                    assert!(!plain.contains('"') && !plain.replace("\\n", "").contains('\\'), "{line}");
                }
            }
            found.push((series.to_owned(), value.parse().expect("a number")));
        }
    }
    found
}

async fn school() -> Bench {
    let bench = Bench::open().await;
    bench
        .store
        .apply_policy("the \"old\\new\" house", caretaker_shared::policy::PRESET, "the test", start())
        .await
        .expect("a site");
    let ago = |hours| Some(start() - SignedDuration::from_hours(hours));
    let devices = [("PC-PUPIL-1", ago(1)), ("PC-PUPIL-2", ago(30)), ("PC-PUPIL-3", ago(24 * 40)), ("PC-PUPIL-4", None)];
    bench.store.add_devices("North", devices.map(|(name, seen)| (name.to_owned(), seen)).into()).await;
    let finding = SampleFinding {
        device: "PC-PUPIL-1",
        requirement: "E2",
        subject: "pupil.one",
        verdict: "fails",
        summary: "never locks",
        reason: "",
        remedy: "",
        opened_at: start(),
    };
    bench.store.add_finding(finding).await;
    let alert = SampleAlert {
        reference: "26-0001",
        kind: "safeguarding",
        severity: 4,
        device: "PC-PUPIL-1",
        about: "",
        raised_at: start(),
        mail_state: "sent",
        mail_error: "",
    };
    bench.store.add_alert(alert).await;
    bench
}

#[tokio::test]
async fn figures_come_in_the_format_and_name_nobody() {
    let bench = school().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, bench.context(), stop.clone()));

    let (head, body) = ask(port, "GET", "/metrics", "127.0.0.1:9464").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    let samples = samples(&body);
    let value = |series: &str| samples.iter().find(|(name, _)| name == series).map(|(_, value)| *value);
    for (heard, devices) in [("today", 1.0), ("earlier", 1.0), ("silent", 1.0), ("never", 1.0)] {
        assert_eq!(value(&format!("caretaker_devices{{site=\"North\",heard=\"{heard}\"}}")), Some(devices), "{heard}");
    }
    let of_e2 =
        |state| value(&format!("caretaker_requirement_devices{{site=\"North\",requirement=\"E2\",state=\"{state}\"}}"));
    assert_eq!((of_e2("met"), of_e2("not_met"), of_e2("unknown")), (Some(0.0), Some(1.0), Some(3.0)));
    assert_eq!(value("caretaker_devices{site=\"the \\\"old\\\\new\\\" house\",heard=\"never\"}"), Some(0.0));
    assert_eq!(value("caretaker_alerts{state=\"new\"}"), Some(1.0));
    assert_eq!(value("caretaker_mail_state{state=\"healthy\"}"), Some(1.0));
    assert_eq!(value("caretaker_audit_state{state=\"checking\"}"), Some(1.0));
    assert_eq!(value("caretaker_ingest_records_total{stream=\"P0\"}"), Some(0.0));
    for private in ["PUPIL", "pupil", "26-0001", "lead@", "never locks"] {
        assert!(!body.contains(private), "{private} is in it");
    }

    let first = |answer: (String, String)| answer.0.lines().next().unwrap_or_default().to_owned();
    assert!(first(ask(port, "POST", "/metrics", "localhost").await).contains("405"));
    assert!(first(ask(port, "GET", "/", "[::1]:9464").await).contains("404"));
    assert!(first(ask(port, "GET", "/metrics", "figures.northfield.example").await).contains("403"));
    stop.cancel();
    serving.await.expect("no panic");
}

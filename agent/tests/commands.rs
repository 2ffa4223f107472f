//! The commands as a person meets them: what is printed, and with which exit code.

#![expect(clippy::disallowed_methods, reason = "starts the agent as a person does")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use caretaker_shared::digest::Sha256;
use caretaker_shared::token::EnrolmentToken;

fn agent(state: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_caretaker-agent"))
        .args(arguments)
        .arg("--state")
        .arg(state)
        .output()
        .expect("the agent starts")
}

fn said(output: &Output) -> (String, Option<i32>) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (String::from_utf8(text).expect("prints UTF-8"), output.status.code())
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A token for a port of this machine where nobody listens.
fn dead_end() -> EnrolmentToken {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    EnrolmentToken::generate(address, Sha256::of(b"an authority"), None)
}

#[test]
fn a_device_that_is_not_enrolled_says_so_and_what_to_do() {
    let home = home();
    let (text, code) = said(&agent(home.path(), &["status"]));
    assert_eq!(code, Some(0));
    assert!(text.starts_with("This device is not enrolled.\n"), "{text}");
    let (text, code) = said(&agent(home.path(), &["run"]));
    assert_eq!(code, Some(4));
    assert!(text.starts_with("error: this device is not enrolled\n  ask the network manager"), "{text}");
    let (text, _) = said(&agent(home.path(), &["explain"]));
    assert!(text.contains("nothing is collected and nothing is sent"), "{text}");
    assert!(text.contains("Nothing of it is read."), "{text}");
    let (text, code) = said(&agent(home.path(), &["notice"]));
    assert_eq!((text.as_str(), code), ("", Some(0)), "the logon screen stays as it was");
}

#[test]
fn wrong_tokens_are_told_apart_and_leave_nothing_behind() {
    let home = home();
    let token = dead_end().reveal().expose().clone();
    let cut = &token[..token.len() - 3];
    for (given, expected, exit) in [
        ("hello", "error: this is not an enrolment token", 2),
        (cut, "error: the enrolment token is damaged", 2),
        (token.as_str(), "error: nobody answers at 127.0.0.1:", 3),
    ] {
        let (text, code) = said(&agent(home.path(), &["enrol", given]));
        assert_eq!(code, Some(exit), "{text}");
        assert!(text.starts_with(expected), "{text}");
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains(given) || given == "hello", "the token is not repeated");
        assert_eq!(std::fs::read_dir(home.path()).expect("lists").count(), 0);
    }
}

#[test]
fn the_token_can_be_given_where_nobody_sees_it() {
    let home = home();
    let mut child = Command::new(env!("CARGO_BIN_EXE_caretaker-agent"))
        .args(["enrol", "-", "--state"])
        .arg(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the agent starts");
    let mut input = child.stdin.take().expect("is piped");
    // As a command prints it, with an empty line before and more lines after, and the writer not at its end.
    writeln!(input, "\n  {}\n\nGive it to the device.", dead_end().reveal().expose()).expect("is read");
    let (text, code) = said(&child.wait_with_output().expect("ends"));
    drop(input);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.starts_with("error: nobody answers at"), "{text}");
}

#[test]
fn a_probe_answers_readably_and_as_json() {
    let home = home();
    let (text, code) = said(&agent(home.path(), &["probe", "host"]));
    assert_eq!(code, Some(0));
    assert!(text.starts_with("host: complete\n"), "{text}");
    let (text, _) = said(&agent(home.path(), &["probe", "host", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&text).expect("prints JSON");
    assert_eq!(json["completeness"], "complete");
    assert!(json["facts"]["hostname"].is_string());
    let (text, code) = said(&agent(home.path(), &["probe", "weather"]));
    assert_eq!(code, Some(2));
    assert!(text.contains("the probes of this version:  host"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_state_folder_that_others_may_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home();
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o777)).expect("changes");
    let (text, code) = said(&agent(home.path(), &["run"]));
    assert_eq!(code, Some(1));
    assert!(text.contains("chmod go-w"), "{text}");
}

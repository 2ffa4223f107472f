//! `status`: how the service is doing, as far as its state folder tells.

use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use caretaker_shared::clock::{Clock as _, SystemClock};
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Source, Stream};
use caretaker_shared::policy::DevicePolicy;
use caretaker_shared::sealing::{Recipient, SignedSet};
use jiff::Timestamp;
use serde_json::json;

use super::words;
use crate::cli::Status;
use crate::config;
use crate::identity::{self, Identity};
use crate::plain::{Exit, Plain};
use crate::platform::service;
use crate::sealing;
use crate::spool::{Overview, StreamOverview, is_running};

/// Everything that is shown.
struct Seen {
    running: bool,
    identity: Option<Identity>,
    spool: Option<Overview>,
    policy: Option<DevicePolicy>,
    recipients: Option<SignedSet>,
}

pub(super) fn run(options: &Status, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let seen = look(&options.state.dir)?;
    let now = SystemClock.now();
    if options.json {
        writeln!(out, "{:#}", as_json(&seen))?;
    } else {
        print(&seen, now, out)?;
    }
    Ok(Exit::Fine)
}

fn look(state: &Path) -> anyhow::Result<Seen> {
    if !readable(state)? {
        return Ok(Seen { running: false, identity: None, spool: None, policy: None, recipients: None });
    }
    let spool = Overview::of(state).context("the spool cannot be read")?;
    let policy = spool.as_ref().and_then(|spool| spool.policy.as_deref()).and_then(|p| config::decode(p).ok());
    let identity = identity::load(state)?;
    let root = identity.as_ref().and_then(|identity| identity.collector.root);
    let recipients = root.and_then(|root| sealing::kept(state, &root));
    Ok(Seen { running: is_running(state)?, identity, spool, policy, recipients })
}

/// Whether there is a state folder at all. One that this account may not enter is no answer, and not an empty one.
pub(super) fn readable(state: &Path) -> anyhow::Result<bool> {
    match std::fs::read_dir(state) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Err(Plain::new(
            Exit::Denied,
            format!("only the administrator may look into {}", state.display()),
            service::WORDS.as_administrator,
        )
        .into()),
        Err(error) => Err(error).with_context(|| format!("the folder {} cannot be read", state.display())),
    }
}

fn print(seen: &Seen, now: Timestamp, out: &mut dyn Write) -> std::io::Result<()> {
    match &seen.identity {
        Some(identity) => enrolled(identity, now, out)?,
        None => {
            writeln!(out, "This device is not enrolled.")?;
            writeln!(out, "  ask the network manager for a token, then:  caretaker-agent enrol TOKEN")?;
        }
    }
    if seen.running {
        writeln!(out, "Service        running")?;
    } else {
        writeln!(out, "Service        not running: nothing is asked and nothing is sent")?;
        writeln!(out, "               start it:  {}", service::WORDS.start)?;
    }
    let Some(spool) = &seen.spool else { return writeln!(out, "Last contact   never, the service has not run yet") };
    match spool.last_contact {
        Some(at) => writeln!(out, "Last contact   {}", words::relative(at, now))?,
        None => writeln!(out, "Last contact   never")?,
    }
    policy(seen.policy.as_ref(), out)?;
    if let Some(identity) = &seen.identity {
        sealed(identity.collector.root.as_ref(), seen.recipients.as_ref(), now, out)?;
    }
    let waiting: u64 = spool.streams.iter().map(|stream| stream.waiting).sum();
    if waiting == 0 {
        return writeln!(out, "Waiting        nothing, the collector has everything");
    }
    writeln!(out, "Waiting        {} records", words::number(waiting))?;
    for stream in spool.streams.iter().filter(|stream| stream.waiting > 0) {
        writeln!(out, "               {:>7}  {}", words::number(stream.waiting), title(stream.stream))?;
    }
    Ok(())
}

fn enrolled(identity: &Identity, now: Timestamp, out: &mut dyn Write) -> std::io::Result<()> {
    let collector = &identity.collector;
    writeln!(out, "{}, {}", collector.school, collector.site)?;
    writeln!(out)?;
    writeln!(out, "Collector      {}", collector.address)?;
    let ends = identity.certificate.not_after;
    if ends < now {
        writeln!(out, "Certificate    expired {}", words::relative(ends, now))?;
        return writeln!(out, "               enrol this device again:  caretaker-agent enrol --again TOKEN");
    }
    writeln!(out, "Certificate    until {}, renewed by itself", words::moment(ends))
}

fn policy(policy: Option<&DevicePolicy>, out: &mut dyn Write) -> std::io::Result<()> {
    let Some(policy) = policy else {
        return writeln!(out, "Policy         none yet: no document is read");
    };
    writeln!(out, "Policy         version {}", policy.version)?;
    if reads_documents(policy) {
        let mut folders = policy.document_folders.clone();
        folders.extend(policy.removable_media.then(|| "removable media".to_owned()));
        writeln!(out, "Documents      read in {}", folders.join(", "))?;
    } else {
        writeln!(out, "Documents      not read")?;
    }
    let read = [Source::Search, Source::Title, Source::Address]
        .into_iter()
        .filter(|&source| policy.detection.may_read(source));
    let read: Vec<&str> = read.map(Source::word).collect();
    writeln!(
        out,
        "Browsers       {}",
        if read.is_empty() { "not read".to_owned() } else { format!("{} read", read.join(", ")) }
    )
}

/// For whom evidence is sealed, and by which root: the safeguarding lead compares its fingerprint with her own.
fn sealed(
    root: Option<&Sha256>,
    recipients: Option<&SignedSet>,
    now: Timestamp,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let Some(root) = root else {
        writeln!(
            out,
            "Evidence       none is kept: this device was enrolled before the school had a safeguarding root"
        )?;
        return writeln!(out, "               enrol it anew to change that:  caretaker-agent enrol --again TOKEN");
    };
    match recipients {
        Some(signed) => {
            let set = signed.set();
            let name = |one: &Recipient| format!("{} ({})", one.name, one.role);
            let names: Vec<String> = set.recipients.iter().map(name).collect();
            writeln!(out, "Evidence       sealed for {}; list {}", names.join(", "), set.version)?;
            if set.expires_at < now {
                writeln!(
                    out,
                    "               the list expired {}; it stays until there is a newer one",
                    words::relative(set.expires_at, now)
                )?;
            }
        }
        None => writeln!(out, "Evidence       none is kept: nobody to seal it for has been named yet")?,
    }
    writeln!(out, "               safeguarding root {}", words::groups(&root.to_string()))
}

/// Whether any document is read.
pub(super) fn reads_documents(policy: &DevicePolicy) -> bool {
    policy.removable_media || !policy.document_folders.is_empty()
}

fn title(stream: Stream) -> &'static str {
    match stream {
        Stream::Safeguarding => "safeguarding events",
        Stream::Tamper => "starts, stops and changes of protection",
        Stream::State => "readings",
        Stream::Metrics => "the agent's own cost",
    }
}

fn as_json(seen: &Seen) -> serde_json::Value {
    let streams: Option<Vec<_>> = seen.spool.as_ref().map(|spool| spool.streams.iter().map(stream_json).collect());
    json!({
        "running": seen.running,
        "enrolled": seen.identity.is_some(),
        "school": seen.identity.as_ref().map(|identity| &identity.collector.school),
        "site": seen.identity.as_ref().map(|identity| &identity.collector.site),
        "collector": seen.identity.as_ref().map(|identity| &identity.collector.address),
        "device": seen.identity.as_ref().and_then(|identity| identity.certificate.device().ok()).map(|id| id.to_string()),
        "certificate_ends_at": seen.identity.as_ref().map(|identity| identity.certificate.not_after.to_string()),
        "last_contact_at": seen.spool.as_ref().and_then(|spool| spool.last_contact).map(|at| at.to_string()),
        "policy_version": seen.policy.as_ref().map_or(0, |policy| policy.version),
        "documents_read": seen.policy.as_ref().is_some_and(reads_documents),
        "safeguarding_root": seen.identity.as_ref().and_then(|identity| identity.collector.root),
        "recipients_version": seen.recipients.as_ref().map(|signed| signed.set().version),
        "recipients_expire_at": seen.recipients.as_ref().map(|signed| signed.set().expires_at.to_string()),
        "streams": streams,
    })
}

fn stream_json(stream: &StreamOverview) -> serde_json::Value {
    json!({
        "stream": stream.stream.to_string(),
        "waiting": stream.waiting,
        "acknowledged": stream.acknowledged,
        "last": stream.last,
    })
}

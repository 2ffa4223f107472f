//! `explain`: what is collected, from where, how often, and who may see it, in words for the person at the keyboard.

use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use caretaker_shared::lexicon;
use caretaker_shared::model::Source;
use caretaker_shared::policy::{ALWAYS, DevicePolicy, Group};

use super::status::{readable, reads_documents};
use super::words;
use crate::cli::Explain;
use crate::config;
use crate::identity::{self, CollectorPlace};
use crate::plain::Exit;
use crate::probes;
use crate::sealing;
use crate::spool::Overview;

/// What of the sources is read from browsers, in the order in which it is told.
const HISTORY: [Source; 3] = [Source::Search, Source::Title, Source::Address];
/// Columns of a list of addresses.
const WIDTH: usize = 96;

pub(super) fn run(options: &Explain, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let state = &options.state.dir;
    let (place, policy) = if readable(state)? {
        let stored = Overview::of(state).context("the spool cannot be read")?.and_then(|spool| spool.policy);
        let policy = stored.map(|policy| config::decode(&policy)).transpose().context("the stored policy")?;
        (identity::load(state)?.map(|identity| identity.collector), policy)
    } else {
        (None, None)
    };
    match (&policy, &place) {
        (Some(policy), _) => {
            writeln!(
                out,
                "What Caretaker collects on this computer, under policy version {} of {}, {}.",
                policy.version, policy.school, policy.site
            )?;
        }
        (None, Some(place)) => {
            writeln!(out, "This computer belongs to {}, {}. No policy has arrived yet:", place.school, place.site)?;
            writeln!(
                out,
                "nothing that is written is read, and what stands below is what would be collected without one."
            )?;
        }
        (None, None) => {
            writeln!(out, "This computer is not enrolled: nothing is collected and nothing is sent.")?;
            writeln!(out, "Once it is enrolled, this is what would be collected, and its school's policy adds to it.")?;
        }
    }
    if let Some(policy) = policy.as_ref().filter(|policy| !policy.notice.is_empty()) {
        writeln!(out, "\nWhat the school tells you")?;
        for line in words::wrapped(&policy.notice, WIDTH) {
            writeln!(out, "  {line}")?;
        }
    }
    settings(policy.as_ref(), out)?;
    if text(policy.as_ref(), out)? {
        sealed(place.as_ref(), state, out)?;
    }
    viewers(policy.as_ref(), out)?;
    never(out)?;
    Ok(Exit::Fine)
}

fn settings(policy: Option<&DevicePolicy>, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "\nAbout the computer")?;
    for probe in probes::all() {
        let chosen = policy.and_then(|policy| policy.probe_every.get(&probe.name()).copied());
        let every = chosen.unwrap_or_else(|| probe.every());
        writeln!(out, "  {}, every {}", probe.name(), words::length(every))?;
        for line in probe.collects() {
            writeln!(out, "    {line}")?;
        }
    }
    let folders = policy.map(|policy| policy.executable_folders.as_slice()).unwrap_or_default();
    if !folders.is_empty() {
        writeln!(out, "  Executables are looked for in: {}", folders.join(", "))?;
    }
    writeln!(out, "  the agent itself, every 15 minutes: its memory, its processor time, the size of its queue;")?;
    writeln!(out, "    and each time that it starts, stops, or that the antivirus goes off or on")
}

/// What is read of texts; says whether anything is.
fn text(policy: Option<&DevicePolicy>, out: &mut dyn Write) -> std::io::Result<bool> {
    writeln!(out, "\nAbout what is written, searched for and visited")?;
    let Some(policy) = policy.filter(|policy| Source::ALL.into_iter().any(|source| reads(policy, source))) else {
        return writeln!(out, "  Nothing of it is read.").map(|()| false);
    };
    if reads(policy, Source::Document) {
        documents(policy, out)?;
    }
    if HISTORY.into_iter().any(|source| reads(policy, source)) {
        history(policy, out)?;
    }
    let detection = &policy.detection;
    if !detection.hours.is_always() {
        writeln!(
            out,
            "  Only what is written or visited at these hours is read: {}.",
            detection.hours.texts().join("; ")
        )?;
    }
    for group in &detection.groups {
        groups(group, out)?;
    }
    writeln!(out, "  It is searched for signs of:")?;
    let everyone = detection.scope("", None);
    for id in &everyone.categories {
        match lexicon::category(id) {
            Some(category) => writeln!(out, "    {}", category.title)?,
            None => writeln!(out, "    {id} (a category that this version does not know; it looks for nothing)")?,
        }
    }
    writeln!(
        out,
        "  What is found is sent as: which rule, which category, how serious and how that came about, when, and"
    )?;
    writeln!(out, "  codes that tell two documents and two accounts apart.")?;
    Ok(true)
}

/// What of a text leaves the computer, and who can read it.
fn sealed(collector: Option<&CollectorPlace>, state: &Path, out: &mut dyn Write) -> std::io::Result<()> {
    let root = collector.and_then(|collector| collector.root);
    let Some(root) = root else {
        return writeln!(out, "  No text, no address, no file name and no account name leaves the computer with it.");
    };
    writeln!(
        out,
        "  With it go, sealed so that nobody on the way can read them: the account, 200 characters on each side"
    )?;
    writeln!(
        out,
        "  of what was found, and the file's path or the page's address. Of what may show the abuse of a child,"
    )?;
    writeln!(
        out,
        "  or intimate pictures, neither text nor place goes with it. What is about staff only two people together"
    )?;
    writeln!(out, "  can open, and never the one whom it is about.")?;
    match sealing::kept(state, &root) {
        Some(signed) => {
            writeln!(out, "  It can be opened by:")?;
            for one in &signed.set().recipients {
                writeln!(out, "    {}, {}", one.name, one.role)?;
            }
        }
        None => writeln!(out, "  Nobody has been named yet who could open it: until then nothing of it is kept.")?,
    }
    writeln!(out, "  safeguarding root: {}", words::groups(&root.to_string()))
}

/// Whether anybody's text of a source is read.
fn reads(policy: &DevicePolicy, source: Source) -> bool {
    policy.detection.may_read(source) && (source != Source::Document || reads_documents(policy))
}

fn documents(policy: &DevicePolicy, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "  Documents that are saved in these folders are read by this computer:")?;
    for folder in &policy.document_folders {
        let of_all = if folder.starts_with('~') { "   (of every account of this computer itself)" } else { "" };
        writeln!(out, "    {folder}{of_all}")?;
    }
    if policy.removable_media {
        writeln!(out, "    sticks and other media that can be taken out")?;
    }
    if !policy.detection.excluded_folders.is_empty() {
        writeln!(out, "  But none in: {}", policy.detection.excluded_folders.join(", "))?;
    }
    Ok(())
}

fn history(policy: &DevicePolicy, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(
        out,
        "  From the history of Chrome, Edge, Chromium, Brave, Opera, Vivaldi, Firefox and Safari this computer reads:"
    )?;
    for (source, what) in
        HISTORY.into_iter().zip(["what was searched for", "the titles of pages", "the addresses of pages"])
    {
        if reads(policy, source) {
            writeln!(out, "    {what}")?;
        }
    }
    writeln!(out, "  Private windows leave no history: what happens in them is not seen.")?;
    let excluded = &policy.detection.excluded_addresses;
    if excluded.is_empty() {
        return Ok(());
    }
    writeln!(out, "  Visits to these are dropped before anything else happens:")?;
    for line in words::wrapped(&excluded.join(", "), WIDTH) {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}

fn groups(group: &Group, out: &mut dyn Write) -> std::io::Result<()> {
    let of = |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")));
    let whom: Vec<String> =
        [of("devices", &group.devices), of("accounts", &group.users)].into_iter().flatten().collect();
    let mut what = Vec::new();
    if let Some(sources) = &group.sources {
        let words: Vec<&str> = sources.iter().map(|source| source.word()).collect();
        what.push(if words.is_empty() {
            "nothing is read".to_owned()
        } else {
            format!("only {} are read", words.join(", "))
        });
    }
    if let Some(hours) = &group.hours {
        what.push(if hours.is_always() {
            "at all times".to_owned()
        } else {
            format!("only {}", hours.texts().join("; "))
        });
    }
    if let Some(categories) = &group.categories {
        what.push(format!("searched for {}, {}", categories.join(", "), ALWAYS.join(", ")));
    }
    if what.is_empty() {
        return Ok(());
    }
    writeln!(out, "  For {} ({}): {}.", group.name, whom.join("; "), what.join("; "))
}

fn viewers(policy: Option<&DevicePolicy>, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "\nWho may see it")?;
    let viewers = policy.map(|policy| policy.viewers.as_slice()).unwrap_or_default();
    if viewers.is_empty() {
        return writeln!(out, "  The policy names nobody yet. Ask the school.");
    }
    for viewer in viewers {
        writeln!(out, "  {}: {}", viewer.role, viewer.sees)?;
    }
    Ok(())
}

fn never(out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "\nWhat it never does")?;
    writeln!(out, "  It logs no keystrokes, takes no screenshots, and uses no microphone, camera or location.")?;
    writeln!(out, "  Nobody can run a command on this computer through it. It has no hidden mode.")?;
    writeln!(out, "  It sends nothing to anyone outside the school, and it never copies an image.")?;
    writeln!(out, "  You may ask the school for your data, and for its erasure.")
}

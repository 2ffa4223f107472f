//! `explain`: what is collected, from where, how often, and who may see it, in words for the person at the keyboard.

use std::io::Write;

use anyhow::Context as _;
use caretaker_shared::lexicon;
use caretaker_shared::policy::DevicePolicy;

use super::status::{readable, reads_documents};
use super::words;
use crate::cli::Explain;
use crate::config;
use crate::identity;
use crate::plain::Exit;
use crate::probes;
use crate::spool::Overview;

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
            writeln!(out, "no document is read, and what stands below is what would be collected without one.")?;
        }
        (None, None) => {
            writeln!(out, "This computer is not enrolled: nothing is collected and nothing is sent.")?;
            writeln!(out, "Once it is enrolled, this is what would be collected, and its school's policy adds to it.")?;
        }
    }
    settings(policy.as_ref(), out)?;
    documents(policy.as_ref(), out)?;
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

fn documents(policy: Option<&DevicePolicy>, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "\nAbout documents")?;
    let Some(policy) = policy.filter(|policy| reads_documents(policy)) else {
        return writeln!(out, "  No document is read.");
    };
    writeln!(out, "  Documents that are saved in these folders are read by this computer:")?;
    for folder in &policy.document_folders {
        writeln!(
            out,
            "    {folder}{}",
            if folder.starts_with('~') { "   (of every account of this computer itself)" } else { "" }
        )?;
    }
    writeln!(out, "  They are searched for signs of:")?;
    for id in &policy.categories {
        let title = lexicon::CATEGORIES.iter().find(|category| category.id == id).map(|category| category.title);
        match title {
            Some(title) => writeln!(out, "    {title}")?,
            None => writeln!(out, "    {id} (a category that this version does not know; it looks for nothing)")?,
        }
    }
    writeln!(out, "  What is found is sent as: which rule, which category, how serious, when, and a code that tells")?;
    writeln!(
        out,
        "  two documents apart. In this version no text of any document, and no file name, leaves the computer."
    )
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

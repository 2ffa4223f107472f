//! `probe`: asks one probe now and shows what it answers. Nothing is sent.

use std::io::Write;

use caretaker_shared::clock::SystemClock;
use caretaker_shared::model::{
    Antivirus, AntivirusProduct, Executable, Facts, HostFacts, Idle, Outcome, ProbeName, Reading, ScreenLock,
    SoftwareTitle,
};

use super::{as_json, words};
use crate::cli::Probe;
use crate::config;
use crate::plain::{Exit, Plain, printable, shown};
use crate::spool::Overview;
use crate::{platform, probes, runner};

pub(super) fn run(options: &Probe, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let known = probes::all().iter().copied();
    let wanted = ProbeName::parse(&options.name);
    let probe = known.clone().find(|probe| Some(probe.name()) == wanted).ok_or_else(|| {
        let names: Vec<&str> = known.map(|probe| probe.name().as_str()).collect();
        Plain::new(
            Exit::Usage,
            format!("there is no probe {:?}", printable(&options.name)),
            format!("the probes of this version:  {}", names.join("  ")),
        )
    })?;
    // Whoever may not read the state folder still gets an answer, under no policy.
    let stored = Overview::of(&options.state.dir).ok().flatten().and_then(|spool| spool.policy);
    let policy = stored.and_then(|policy| config::decode(&policy).ok());
    let asking = runner::run(probe, platform::machine(), config::probes(policy.as_ref()), &SystemClock);
    let reading = super::runtime()?.block_on(asking);
    if options.json {
        writeln!(out, "{:#}", as_json::reading(&reading))?;
    } else {
        print(&reading, out)?;
    }
    Ok(Exit::Fine)
}

fn print(reading: &Reading, out: &mut dyn Write) -> std::io::Result<()> {
    let reason = shown(reading.outcome.reason().unwrap_or_default());
    match &reading.outcome {
        Outcome::Complete(_) => writeln!(out, "{}: complete", reading.probe)?,
        Outcome::Partial { .. } => writeln!(out, "{}: partial, more may exist: {reason}", reading.probe)?,
        Outcome::Unsupported { .. } => writeln!(out, "{}: cannot be told here: {reason}", reading.probe)?,
        Outcome::Failed { .. } => writeln!(out, "{}: unknown: {reason}", reading.probe)?,
    }
    match reading.outcome.facts() {
        None => Ok(()),
        Some(Facts::Host(host)) => host_facts(host, out),
        Some(Facts::Software(titles)) => software(titles, out),
        Some(Facts::Executables(files)) => executables(files, out),
        Some(Facts::Antivirus(antivirus)) => products(antivirus, out),
        Some(Facts::ScreenLock(locks)) => locks.iter().try_for_each(|lock| screen_lock(lock, out)),
    }
}

fn host_facts(host: &HostFacts, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "  name          {}", host.hostname)?;
    writeln!(out, "  system        {}, kernel {}", host.os, host.kernel)?;
    writeln!(out, "  processors    {}, {}", host.processors, host.architecture)?;
    writeln!(out, "  memory        {}", words::size(host.memory_bytes))?;
    writeln!(out, "  started       {}", words::moment(host.booted_at))
}

fn software(titles: &[SoftwareTitle], out: &mut dyn Write) -> std::io::Result<()> {
    for title in titles {
        writeln!(out, "  {:<40} {:<32} {}", title.name, title.version, title.source)?;
    }
    writeln!(out, "  {} titles", words::number(titles.len() as u64))
}

fn executables(files: &[Executable], out: &mut dyn Write) -> std::io::Result<()> {
    for file in files {
        writeln!(out, "  {}", shown(&file.path))?;
        let size = words::size(file.size_bytes);
        writeln!(
            out,
            "    {}, {size}, owned by {}, changed {}",
            file.format.word(),
            shown(&file.owner),
            words::moment(file.modified_at)
        )?;
        writeln!(out, "    sha256 {}", file.sha256)?;
    }
    writeln!(out, "  {} executables that no package owns", words::number(files.len() as u64))
}

fn products(antivirus: &Antivirus, out: &mut dyn Write) -> std::io::Result<()> {
    if antivirus.products.is_empty() {
        return writeln!(out, "  no antivirus is installed");
    }
    antivirus.products.iter().try_for_each(|product| one_product(product, out))
}

fn one_product(product: &AntivirusProduct, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "  {} {}", product.name, product.version)?;
    writeln!(out, "    engine       {}", product.engine.word())?;
    writeln!(out, "    real time    {}", product.real_time.word())?;
    match product.signatures_built_at {
        Some(at) => writeln!(out, "    signatures   {} of {}", product.signature_version, words::moment(at))?,
        None => writeln!(out, "    signatures   unknown")?,
    }
    product.evidence.iter().try_for_each(|line| writeln!(out, "    from         {}", shown(line)))
}

fn screen_lock(lock: &ScreenLock, out: &mut dyn Write) -> std::io::Result<()> {
    let user = if lock.user.is_empty() { "anyone without settings" } else { &lock.user };
    writeln!(out, "  {} ({})", shown(user), shown(&lock.desktop))?;
    writeln!(out, "    covered after     {}", idle(&lock.until_covered))?;
    writeln!(out, "    password after    {}", idle(&lock.until_password))?;
    writeln!(out, "    set by            {}", shown(&lock.setting))?;
    writeln!(out, "    in                {}", shown(&lock.place))?;
    let change = if lock.user_can_change { "yes" } else { "no" };
    writeln!(out, "    user can change   {change}")
}

fn idle(idle: &Idle) -> String {
    match idle {
        Idle::Seconds(seconds) => words::length(std::time::Duration::from_secs((*seconds).into())),
        Idle::Never => "never".to_owned(),
        Idle::Unknown(reason) => format!("unknown: {}", shown(reason)),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::digest::Sha256;
    use caretaker_shared::model::ExecutableFormat;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_name_of_a_file_does_not_steer_the_terminal() {
        let file = Executable {
            path: "/tmp/\u{1b}[2Jtool\nhost: complete".into(),
            sha256: Sha256::of(b"tool"),
            size_bytes: 1,
            modified_at: Timestamp::UNIX_EPOCH,
            owner: "pupil.one".into(),
            format: ExecutableFormat::Elf,
        };
        let outcome = Outcome::Partial { facts: Facts::Executables(vec![file]), reason: "/tmp/\u{1b}]0;x".into() };
        let reading = Reading { probe: ProbeName::Executables, taken_at: Timestamp::UNIX_EPOCH, outcome };
        let mut out = Vec::new();
        print(&reading, &mut out).expect("memory takes everything");
        let out = String::from_utf8(out).expect("text");
        assert!(out.chars().all(|letter| letter == '\n' || !letter.is_control()), "{out:?}");
        assert!(!out.lines().any(|line| line.starts_with("host")), "{out}");
    }
}

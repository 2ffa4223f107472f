//! Which questions to ask on Linux: ClamAV by its files, others by their own programs where their folder is there.

use std::path::Path;

use caretaker_shared::model::{AntivirusProduct, Engine, RealTime};

use super::clamav;
use super::gathered::Gathered;
use super::products::{self, Product};
use super::running::{Programs, Running};
use super::tail::tail;
use crate::host::{Host, Kind, if_there, why};

pub(super) fn ask(host: &dyn Host) -> Gathered {
    let mut gathered = Gathered::default();
    let programs = Programs::of(host);
    clamav::add(host, &programs, &mut gathered);
    for product in &products::LINUX {
        match if_there(host.status(Path::new(product.folder))) {
            Ok(Some(found)) if found.kind == Kind::Folder => {
                let row = one(host, product, &programs, &mut gathered.flaws);
                gathered.products.push(row);
            }
            Ok(Some(_) | None) => {}
            Err(error) => gathered.flaws.push(why(Path::new(product.folder), &error)),
        }
    }
    gathered
}

/// A product whose folder is there: what its own program says, or else whether its engine is among those that run. A
/// product that cannot be asked is a row that says so; without a row it would be taken for absent.
fn one(host: &dyn Host, product: &Product, programs: &Programs<'_>, flaws: &mut Vec<String>) -> AntivirusProduct {
    let mut row = AntivirusProduct {
        name: product.name.into(),
        vendor: product.vendor.into(),
        evidence: vec![format!("installed at {}", product.folder)],
        ..AntivirusProduct::default()
    };
    if let Some(engine) = product.engine
        && let Some(running) = programs.listed(flaws)
    {
        by_process(product, engine, running, &mut row);
    }
    if let Some((log, read)) = product.log {
        match tail(host, Path::new(log)) {
            Ok(text) => read(&text, &mut row),
            Err(flaw) => flaws.push(flaw),
        }
    }
    let Some((program, read)) = &product.asked else { return row };
    match host.run(program) {
        Ok(written) => {
            if let Err(flaw) = read(&written.out, &mut row) {
                flaws.push(format!("{}: {flaw}", program.path()));
                row.evidence.push(format!("{} gave no answer that could be read", program.path()));
            }
        }
        Err(error) => {
            let flaw = why(Path::new(program.path()), &error);
            row.evidence.push(flaw.clone());
            flaws.push(flaw);
        }
    }
    row
}

fn by_process(product: &Product, engine: &str, running: &Running, row: &mut AntivirusProduct) {
    let runs = |name: &str| if running.has(name) { "runs" } else { "does not run" };
    row.engine = if running.has(engine) { Engine::Running } else { Engine::Stopped };
    row.evidence.push(format!("{engine} {}", runs(engine)));
    if let Some(scanner) = product.on_access {
        row.real_time = if running.has(scanner) { RealTime::Blocking } else { RealTime::Off };
        row.evidence.push(format!("{scanner}, which looks at files as they are opened, {}", runs(scanner)));
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Facts;

    use super::*;
    use crate::host::program::Program;
    use crate::host::sample::Sample;
    use crate::host::{Process, System};

    fn machine(folder: &str, running: &[&str]) -> Sample {
        let mut host = Sample::of(System::Linux).file(&format!("{folder}/installed"), "");
        let process = |name: &&str| Process { name: name.chars().take(15).collect(), uid: 0 };
        host.processes = running.iter().map(process).collect();
        host
    }

    fn row(host: &Sample) -> (&'static str, AntivirusProduct) {
        let outcome = ask(host).outcome(None);
        let Some(Facts::Antivirus(found)) = outcome.facts() else { panic!("products, not {outcome:?}") };
        assert_eq!(found.products.len(), 1, "{found:?}");
        (outcome.word(), found.products[0].clone())
    }

    #[test]
    fn sophos_is_told_by_its_running_programs() {
        let both = ["sophos_threat_detector", "soapd"];
        for (running, engine, real_time) in [
            (&both[..], Engine::Running, RealTime::Blocking),
            (&both[..1], Engine::Running, RealTime::Off),
            (&both[..0], Engine::Stopped, RealTime::Off),
        ] {
            let (word, row) = row(&machine("/opt/sophos-spl", running));
            assert_eq!((word, row.engine, row.real_time), ("complete", engine, real_time), "{running:?}");
        }
    }

    #[test]
    fn a_product_that_cannot_be_asked_for_its_protection_is_listed_and_unknown() {
        for folder in ["/opt/CrowdStrike", "/opt/traps", "/opt/drweb.com"] {
            assert_eq!(row(&machine(folder, &[])).1.real_time, RealTime::Unknown);
        }
        let (_, falcon) = row(&machine("/opt/CrowdStrike", &["falcon-sensor"]));
        assert_eq!((falcon.engine, falcon.real_time), (Engine::Running, RealTime::Unknown));
    }

    #[test]
    fn a_program_that_is_gone_or_writes_nonsense_makes_the_answer_partial_and_keeps_the_row() {
        let (word, gone) = row(&machine("/opt/microsoft/mdatp", &[]));
        assert_eq!((word, gone.engine, gone.real_time), ("partial", Engine::Unknown, RealTime::Unknown));
        let host = machine("/opt/microsoft/mdatp", &[]).program(&Program::DEFENDER, "Could not connect to the daemon");
        let (word, mute) = row(&host);
        assert_eq!((word, mute.engine, mute.real_time), ("partial", Engine::Unknown, RealTime::Unknown));
    }
}

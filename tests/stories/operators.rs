//! People get access from their own machines, see what their role may see, and are shut out with their next command.

use std::path::{Path, PathBuf};
use std::process::Command;

use caretaker_tests::agent::Agent;
use caretaker_tests::process::{Said, with_input};
use caretaker_tests::school::School;
use caretaker_tests::{binaries, search};

/// A person's own machine: a home folder, and no collector.
struct Machine {
    home: PathBuf,
}

impl Machine {
    fn new(school: &School, name: &str) -> Self {
        let home = school.home().join(name);
        std::fs::create_dir(&home).expect("a home");
        Self { home }
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binaries::collector());
        command.args(arguments).current_dir(&self.home);
        command.env_remove("CARETAKER_DATA").env_remove("XDG_CONFIG_HOME").env("HOME", &self.home);
        command
    }

    fn types(&self, arguments: &[&str]) -> Said {
        Said::by(&mut self.program(arguments))
    }

    fn profile(&self) -> PathBuf {
        self.home.join(".config/caretaker/profiles/default.json")
    }
}

/// Adds somebody; their login code.
fn add(school: &School, name: &str, role: &str) -> String {
    let email = format!("{role}@northfield.example");
    let line = ["operators", "add", "--name", name, "--role", role, "--email", &email];
    school.json(&line)["code"]["code"].as_str().expect("a code").to_owned()
}

#[track_caller]
fn assert_denied(said: &Said, part: &str) {
    assert_eq!(said.code, 4, "{}{}", said.out, said.err);
    assert!(said.err.starts_with("error: ") && said.err.contains(part), "no '{part}' in: {}", said.err);
    assert!(said.err.lines().count() >= 2, "no remedy: {}", said.err);
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).expect("exists").permissions().mode() & 0o777
}

#[test]
fn everybody_works_from_their_own_machine_with_the_rights_of_their_role() {
    let school = School::open();
    let mut device = Agent::enrol(&school, "device");
    device.run_until_reported(&school);

    let lead = Machine::new(&school, "lead");
    assert_denied(&lead.types(&["whoami", "--profile", "default"]), "nobody is logged in here");
    let code = add(&school, "Anna Example", "safeguarding-lead");
    let said = lead.types(&["login", &code]).ok();
    assert!(said.starts_with("You are Anna Example, safeguarding lead of Northfield School, all sites."), "{said}");
    #[cfg(unix)]
    assert_eq!((mode(&lead.profile()), mode(lead.profile().parent().expect("a folder"))), (0o600, 0o700));
    assert_denied(&Machine::new(&school, "thief").types(&["login", &code]), "this login code has been used");

    let manager = Machine::new(&school, "manager");
    let code = add(&school, "Nora Example", "network-manager");
    let said = with_input(&mut manager.program(&["login"]), &format!("{code}\n"));
    assert_eq!(said.code, 0, "{}", said.err);
    let business = Machine::new(&school, "business");
    let _ = business.types(&["login", &add(&school, "Bea Example", "business-manager")]).ok();

    // Each sees what is theirs.
    let me = lead.types(&["whoami"]).ok();
    assert!(me.contains("safeguarding lead") && me.contains("work on a safeguarding case"), "{me}");
    assert!(manager.types(&["devices"]).ok().contains("1 device"), "devices");
    let _ = lead.types(&["alerts"]).ok();
    let _ = business.types(&["software"]).ok();
    assert_denied(&lead.types(&["devices"]), "Anna Example as safeguarding lead may not see single devices");
    assert_denied(&business.types(&["alerts"]), "this is for:  network manager, safeguarding lead");
    assert_denied(
        &manager.types(&["operators", "add", "--name=X", "--role=head", "--email=x@northfield.example"]),
        "administrator",
    );
    assert_eq!(
        school.count("SELECT count(*) FROM audit WHERE action = 'denied' AND actor = 'Bea Example (business manager)' AND subject = 'Console/ListAlerts'"),
        1
    );

    // One who leaves is shut out with the next command, though the certificate is good for months.
    let listed = school.command(&["operators", "list"]).ok();
    assert!(listed.contains("Nora Example") && listed.contains("has access"), "{listed}");
    let _ = school.command(&["operators", "revoke", "Nora Example", "--reason", "left the school"]).ok();
    assert_denied(&manager.types(&["devices"]), "Nora Example was shut out");

    // Nothing that opens a door lies where it should not.
    let secret = &code["login_".len()..];
    let places = [school.data(), school.log("collector.log")];
    let places: Vec<&Path> = places.iter().map(PathBuf::as_path).collect();
    assert_eq!(search::files_with(secret, &places), Vec::<PathBuf>::new());

    let said = lead.types(&["logout"]).ok();
    assert!(said.starts_with("You are logged out") && !lead.profile().exists(), "{said}");
    device.stop();
}

#[test]
fn a_collector_that_cannot_be_reached_is_told_from_one_that_refuses() {
    let mut school = School::open();
    let lead = Machine::new(&school, "lead");
    let _ = lead.types(&["login", &add(&school, "Anna Example", "safeguarding-lead")]).ok();
    school.close();
    let said = lead.types(&["alerts"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("no collector answers at 127.0.0.1:"), "{}", said.err);
    school.serve();
    let _ = lead.types(&["alerts"]).ok();
}

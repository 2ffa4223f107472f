//! A Windows machine for the stories: Wine, with the agent installed where its installer puts it.
//!
//! One machine is set up once and kept beside the programs that cargo builds; each story gets a copy of it, with a
//! registry, a service manager and files of its own. What Wine has no part for, no story can show: see
//! docs/operations.md.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Process, Said};
use crate::{binaries, process, wait};

/// Where the installer puts the agent, on the machine.
pub const PROGRAM: &str = r"C:\Program Files\Caretaker\caretaker-agent.exe";
/// Where the agent keeps its state, on the machine.
pub const STATE: &str = r"C:\ProgramData\Caretaker";

/// How long a machine may take to start beside many others.
const START: Duration = Duration::from_secs(120);

/// A Windows machine of one story; it ends with it.
pub struct Wine {
    folder: TempDir,
    /// Without somebody at the machine, Wine shuts it down between two commands and its services with it.
    person: Option<Child>,
}

impl Wine {
    /// A machine that has just been installed, with the agent's program on it and nothing else.
    ///
    /// # Panics
    /// When Wine or mingw-w64 is missing, which `tests/run` installs, or the agent does not build.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "starting a machine is no default")]
    pub fn new() -> Self {
        let template = template();
        let folder = tempfile::tempdir_in(workshop()).expect("a folder");
        let mut machine = Self { folder, person: None };
        // Programs are shared with the template; the registry is written in place, so it has to be a copy.
        let _ = Said::by(Command::new("cp").arg("-al").arg(template).arg(machine.prefix())).ok();
        for file in ["system.reg", "user.reg", "userdef.reg"] {
            let own = machine.prefix().join(file);
            std::fs::remove_file(&own).expect("removes the shared file");
            std::fs::copy(template.join(file), own).expect("copies the registry");
        }
        let program = machine.path(PROGRAM);
        std::fs::create_dir_all(program.parent().expect("it has a folder")).expect("a folder");
        std::fs::hard_link(binaries::windows_agent(), program).expect("puts the program there");
        machine.switch_on();
        machine
    }

    /// Starts a command line that waits for words which never come. What Wine itself starts at that moment keeps the
    /// output of whoever began it open, so nobody else may begin before it runs: they would never see their end.
    fn switch_on(&mut self) {
        let screen = self.folder.path().join("screen");
        let output = File::create(&screen).expect("a file");
        let person = self.command("cmd").stdin(Stdio::piped()).stdout(output).stderr(Stdio::null()).spawn();
        self.person = Some(person.expect("somebody sits down at the machine"));
        wait::until("the machine to start", START, || {
            (screen.metadata().expect("the file is there").len() > 0).then_some(())
        });
    }

    /// Where a path of the machine ("C:\Users\...") lies.
    ///
    /// # Panics
    /// When it is not on drive C.
    #[must_use]
    pub fn path(&self, windows: &str) -> PathBuf {
        let inside = windows.strip_prefix(r"C:\").expect("a path on drive C");
        self.prefix().join("drive_c").join(inside.replace('\\', "/"))
    }

    /// The one user's folder, on the machine.
    ///
    /// # Panics
    /// When there is none, or more than one.
    #[must_use]
    pub fn profile(&self) -> String {
        let users = std::fs::read_dir(self.path(r"C:\users")).expect("lists the users").flatten();
        let names = users.map(|user| user.file_name().to_string_lossy().into_owned());
        let people: Vec<String> = names.filter(|name| name != "Public").collect();
        let [name] = people.as_slice() else { panic!("one user, not {people:?}") };
        format!(r"C:\users\{name}")
    }

    /// Puts keys into the registry, as the text of a `.reg` file ("Windows Registry Editor Version 5.00", ...).
    ///
    /// # Panics
    /// When it is refused.
    pub fn seed(&self, reg: &str) {
        let file = self.path(r"C:\windows\temp\seed.reg");
        std::fs::write(&file, reg).expect("writes the keys");
        let _ = self.run("regedit", &["/S", r"C:\windows\temp\seed.reg"]).ok();
    }

    /// One value of the registry as `reg query` prints it ("REG_SZ    text"); `None` when it is not there.
    #[must_use]
    pub fn registry(&self, key: &str, value: &str) -> Option<String> {
        let said = self.run("reg", &["query", key, "/v", value]);
        let line = said.out.lines().find_map(|line| line.trim().strip_prefix(value))?;
        (said.code == 0).then(|| line.trim().to_owned())
    }

    /// What the service manager says of the agent's service: `sc query` prints "RUNNING" or "STOPPED" among the rest.
    #[must_use]
    pub fn service_state(&self) -> String {
        self.run("sc", &["query", "CaretakerAgent"]).out
    }

    /// What a probe answers, asked on the command line.
    ///
    /// # Panics
    /// When it prints no JSON.
    #[must_use]
    pub fn probe(&self, name: &str) -> Value {
        let said = self.agent(&["probe", name, "--json"]);
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("no JSON from {name}: {}{}", said.out, said.err))
    }

    /// Runs a command of the agent to its end.
    #[must_use]
    pub fn agent(&self, arguments: &[&str]) -> Said {
        self.run(PROGRAM, arguments)
    }

    /// Runs a command of the agent to its end, with something on its standard input.
    #[must_use]
    pub fn agent_with_input(&self, arguments: &[&str], input: &str) -> Said {
        process::with_input(self.command(PROGRAM).args(arguments), input)
    }

    /// Starts the agent outside of the service manager, so that a story can take it down.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Process {
        Process::start("the agent under Wine", self.command(PROGRAM).args(arguments), &self.log())
    }

    /// Runs any program of the machine to its end.
    #[must_use]
    pub fn run(&self, program: &str, arguments: &[&str]) -> Said {
        Said::by(self.command(program).args(arguments))
    }

    /// What started programs have written.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("machine.log")
    }

    fn prefix(&self) -> PathBuf {
        self.folder.path().join("prefix")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = wine(&self.prefix());
        command.arg(program);
        command
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        if let Some(mut person) = self.person.take() {
            let _ = person.kill();
            let _ = person.wait();
        }
        // Services outlive the programs that started them.
        let _ = server(&self.prefix(), "-k").status();
        let _ = server(&self.prefix(), "-w").status();
    }
}

/// The folder that holds all machines: on the file system that cargo builds on, so that copies share what is large.
fn workshop() -> PathBuf {
    let folder = binaries::target().join("wine");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The machine that all others are copies of.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = workshop();
        // Another test program may want it at the same moment.
        let lock = File::create(folder.join("template.lock")).expect("a lock file");
        lock.lock().expect("takes its turn");
        let template = folder.join("template");
        if !template.join("ready").is_file() {
            let _ = std::fs::remove_dir_all(&template);
            set_up(&template);
            std::fs::write(template.join("ready"), "").expect("marks it as whole");
        }
        template
    })
}

fn set_up(prefix: &Path) {
    std::fs::create_dir_all(prefix).expect("a folder");
    let _ = Said::by(wine(prefix).args(["wineboot", "--init"])).ok();
    let _ = Said::by(wine(prefix).args(["winecfg", "-v", "win10"])).ok();
    assert!(server(prefix, "-w").status().expect("wineserver starts").success());
    let library = prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("wine/bcryptprimitives.c");
    let mut compile = Command::new("x86_64-w64-mingw32-gcc");
    let _ = Said::by(compile.args(["-shared", "-o"]).arg(library).arg(source).arg("-ladvapi32")).ok();
    // Wine leads a user's folders to those of the one who runs it, which are none of a story's business.
    for user in std::fs::read_dir(prefix.join("drive_c/users")).expect("lists the users").flatten() {
        for entry in std::fs::read_dir(user.path()).expect("lists the folders").flatten() {
            if entry.path().is_symlink() {
                std::fs::remove_file(entry.path()).expect("removes a link");
                std::fs::create_dir(entry.path()).expect("puts a folder in its place");
            }
        }
    }
}

/// Wine on a machine, told to be quiet and to ask for no further downloads.
fn wine(prefix: &Path) -> Command {
    let mut command = Command::new("wine");
    command
        .env("WINEPREFIX", prefix)
        .env("WINEDEBUG", "-all")
        .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
        .env_remove("DISPLAY")
        .stdin(Stdio::null());
    command
}

fn server(prefix: &Path, ask: &str) -> Command {
    let mut command = Command::new("wineserver");
    command.arg(ask).env("WINEPREFIX", prefix).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

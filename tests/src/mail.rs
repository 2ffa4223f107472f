//! A real mail server, aiosmtpd, whose manners a story can change.

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::process::Process;
use crate::school::READY;
use crate::wait;

/// What the server does with a message.
#[derive(Debug, Clone, Copy)]
pub enum Manners {
    /// Takes it.
    Accept,
    /// Answers 451.
    Refuse,
    /// Says nothing any more once it has the message.
    Hang,
    /// Takes it, and closes the connection instead of saying so.
    Drop,
}

/// The mail server of a school.
pub struct MailServer {
    folder: TempDir,
    port: u16,
    process: Option<Process>,
}

/// One accepted message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The whole text, headers included.
    pub text: String,
    /// What a mail program shows of it without HTML.
    pub body: String,
    /// The files that come with it, by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Message {
    /// The value of a header, unfolded; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        let text = self.text.replace("\r\n", "\n");
        let headers = text.split("\n\n").next().unwrap_or_default().replace("\n ", " ").replace("\n\t", " ");
        let line = headers.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        line.unwrap_or_default()
    }

    /// The whole text without the random line that stands between its parts: letters that somebody wrote.
    #[must_use]
    pub fn written(&self) -> String {
        let kind = self.header("Content-Type");
        let Some((_, boundary)) = kind.split_once("boundary=\"") else { return self.text.clone() };
        self.text.replace(boundary.trim_end_matches('"'), "")
    }
}

impl MailServer {
    /// A server that accepts everything.
    ///
    /// # Panics
    /// When Python or aiosmtpd is missing; `tests/run` installs them.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|probe| probe.local_addr()).expect("a free port").port();
        let mut server = Self { folder, port, process: None };
        server.behave(Manners::Accept);
        server.resume();
        server
    }

    /// Starts the server again after [`MailServer::pause`].
    ///
    /// # Panics
    /// When it does not answer.
    pub fn resume(&mut self) {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("smtp/server.py");
        // Debian's own Python has Debian's aiosmtpd; another one earlier in the path may not.
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).arg(self.port.to_string()).arg(self.folder.path());
        let log = self.folder.path().join("server.log");
        let mut process = Process::start("the mail server", &mut command, &log);
        wait::until("the mail server", READY, || {
            assert!(process.is_running(), "{}", std::fs::read_to_string(&log).unwrap_or_default());
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        });
        self.process = Some(process);
    }

    /// Takes the server away: nobody listens there any more.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pause(&mut self) {
        self.process.take().expect("the mail server runs").kill();
    }

    /// Changes what the server does with the next message.
    ///
    /// # Panics
    /// When the folder is gone.
    pub fn behave(&self, manners: Manners) {
        let word = match manners {
            Manners::Accept => "accept",
            Manners::Refuse => "refuse",
            Manners::Hang => "hang",
            Manners::Drop => "drop",
        };
        let fresh = self.folder.path().join("manners.new");
        std::fs::write(&fresh, word).expect("writes");
        std::fs::rename(fresh, self.folder.path().join("manners")).expect("renames");
    }

    /// Messages accepted so far.
    ///
    /// # Panics
    /// When the folder is gone.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.files("eml")
            .map(|path| {
                let read = |path: &Path| std::fs::read_to_string(path).expect("an accepted message stays");
                Message { text: read(&path), body: read(&path.with_extension("body")), files: attached(&path) }
            })
            .collect()
    }

    /// How many messages were accepted so far.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.files("eml").count()
    }

    /// How many messages the server has kept hanging.
    #[must_use]
    pub fn hung(&self) -> usize {
        self.files("hung").count()
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder with everything that it was given.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Messages to somebody, accepted so far.
    #[must_use]
    pub fn to(&self, address: &str) -> Vec<Message> {
        self.messages().into_iter().filter(|message| message.header("To").contains(address)).collect()
    }

    fn files(&self, ending: &'static str) -> impl Iterator<Item = PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the folder is there");
        entries.flatten().map(|entry| entry.path()).filter(move |path| path.extension().is_some_and(|is| is == ending))
    }
}

/// What the server found attached to a message.
fn attached(message: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(message.with_extension("files")).expect("every message has a folder");
    let file = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().expect("a name of ours");
        (name, std::fs::read(entry.path()).expect("an attached file stays"))
    };
    entries.flatten().map(file).collect()
}

//! What a real Chromium remembers is read: closed, running, and killed.
//!
//! Debian's browser visits pages of a server in this story; every name is led to it. `--headless` keeps a history like a
//! visible browser, but only in a profile that `--user-data-dir` names: it throws the one away that it makes by itself.
//! With `--dump-dom` it ends when the page is there, and writes its history while it ends. Of the engines one is used that
//! browsers do not force to TLS.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use caretaker_agent::history::{Browser, Excluded, Home, Launch, Marks, Reading, Settings, VisitKind, read_in_child};
use caretaker_agent::host::System;
use caretaker_shared::secret::Secret;
use caretaker_tests::process::Process;
use caretaker_tests::{binaries, wait};
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// A browser takes about a second for a page; a busy machine much longer.
const LIMIT: Duration = Duration::from_secs(60);

const SEARCH: &str = "http://www.baidu.com/s?ie=utf-8&wd=baking+bread+%C3%A9clair";
const PAGE: &str = "http://pupil.one:secret@bakery.example/how-to/rise%20well.html?session=secret#part";
const EXCLUDED: &str = "http://www.help.example/hidden-page?q=hidden";
const LATER: &str = "http://bakery.example/later";

#[tokio::test]
async fn a_real_chromium_is_read_whether_it_is_closed_running_or_killed() {
    let mut stage = Stage::new();
    for address in [SEARCH, PAGE, EXCLUDED] {
        stage.visit(address);
    }
    let first = stage.read().await;
    let expected = [
        (VisitKind::Search, "baking bread éclair"),
        (VisitKind::Title, "Title of /s"),
        (VisitKind::Address, "www.baidu.com s"),
        (VisitKind::Title, "Title of /how-to/rise%20well.html"),
        (VisitKind::Address, "bakery.example how to rise well html"),
    ];
    assert_eq!(texts(&first), expected.map(|(kind, text)| (kind, text.to_owned())));
    assert!(first.visits.iter().all(|visit| visit.user == "pupil.one" && visit.browser == Browser::Chromium));
    assert!(!format!("{first:?}").contains("bak"), "a text is printed");

    // A browser that runs holds its history locked, and writes it every ten seconds.
    let browser = stage.open(LATER);
    stage.wait_for("/later");
    wait::until("the lock", LIMIT, || is_locked(&stage.history()).then_some(()));
    let before = beside(&stage.history());
    let running = stage.read().await;
    assert!(running.marks.values().all(|mark| mark.unread.is_none()), "{running:?}");
    assert!(beside(&stage.history()).len() <= before.len(), "something was written beside the history");

    browser.kill();
    let killed = stage.read().await;
    assert!(killed.marks.values().all(|mark| mark.unread.is_none()), "{killed:?}");
    stage.visit(LATER);
    let last = stage.read().await;
    let since: Vec<_> = [running, killed, last].iter().flat_map(texts).collect();
    assert!(since.contains(&(VisitKind::Address, "bakery.example later".to_owned())), "{since:?}");
    assert!(since.iter().all(|(_, text)| text.contains("later")), "told twice: {since:?}");
}

fn texts(reading: &Reading) -> Vec<(VisitKind, String)> {
    reading.visits.iter().map(|visit| (visit.kind, visit.text.to_string())).collect()
}

fn is_locked(history: &Path) -> bool {
    let opened = Connection::open_with_flags(history, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let asked = opened.and_then(|history| {
        history.busy_timeout(Duration::ZERO)?;
        history.query_row("SELECT count(*) FROM visits", [], |row| row.get::<_, i64>(0))
    });
    asked.is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy))
}

/// Names in the folder of the history that begin as it does.
fn beside(history: &Path) -> Vec<String> {
    let entries = fs::read_dir(history.parent().expect("a folder")).expect("a profile").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|n| n.starts_with("History")).collect()
}

/// A home with a browser, and an agent that reads it.
struct Stage {
    place: tempfile::TempDir,
    home: Home,
    settings: Settings,
    launch: Launch,
    marks: Marks,
    port: u16,
    served: Receiver<String>,
}

impl Stage {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let root = fs::canonicalize(place.path()).expect("is there");
        let home = Home { user: "pupil.one".into(), folder: root.join("home") };
        fs::create_dir(&home.folder).expect("a home");
        let settings = Settings {
            system: System::Linux,
            key: Secret::new([7; 32]),
            copies: root.join("state/history"),
            excluded: Excluded::parse(["help.example"]).expect("rules"),
            most_visits: Settings::MOST_VISITS,
        };
        let launch = Launch { program: binaries::agent(), deadline: LIMIT };
        let (tell, served) = mpsc::channel();
        Self { place, home, settings, launch, marks: Marks::new(), port: serve(tell), served }
    }

    fn history(&self) -> PathBuf {
        self.home.folder.join(".config/chromium/Default/History")
    }

    fn browser(&self, address: &str) -> Command {
        let mut browser = Command::new("chromium");
        browser.env("HOME", &self.home.folder).env_remove("XDG_CONFIG_HOME").env_remove("CHROMIUM_USER_FLAGS");
        // The sandbox refuses to work as root; the pages are this story's own.
        browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]);
        browser.args(["--no-proxy-server", "--disable-background-networking", "--disable-features=HttpsUpgrades"]);
        browser.arg(format!("--user-data-dir={}", self.home.folder.join(".config/chromium").display()));
        browser.arg(format!("--host-resolver-rules=MAP * 127.0.0.1:{}", self.port)).arg(address);
        browser
    }

    fn log(&self) -> PathBuf {
        self.place.path().join("browser.log")
    }

    /// Opens a page, and closes the browser.
    fn visit(&self, address: &str) {
        let mut browser = Process::start("chromium", self.browser(address).arg("--dump-dom"), &self.log());
        wait::until("the browser", LIMIT, || (!browser.is_running()).then_some(()));
        let said = fs::read_to_string(self.log()).expect("a log");
        assert!(said.contains("Title of"), "the page was not shown:\n{said}");
        fs::remove_file(self.log()).expect("removed");
    }

    /// Opens a page, and leaves the browser open.
    fn open(&self, address: &str) -> Process {
        Process::start("chromium", &mut self.browser(address), &self.log())
    }

    fn wait_for(&self, path: &str) {
        wait::until("a page", LIMIT, || self.served.try_iter().any(|served| served == path).then_some(()));
    }

    /// One reading, half a minute later as far as the agent knows: what was visited has come to rest.
    async fn read(&mut self) -> Reading {
        let now = jiff::Timestamp::now() + Duration::from_secs(30);
        let reading = read_in_child(&self.launch, &self.home, &self.marks, &self.settings, now).await;
        assert!(!self.settings.copies.exists(), "a copy is left");
        self.marks.extend(reading.marks.clone());
        reading
    }
}

/// A server of pages whose title is their path, and which tells what it served. Gives its port.
fn serve(tell: Sender<String>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for caller in listener.incoming().flatten() {
            let tell = tell.clone();
            // A caller that wants TLS, or hangs up, is no concern of the story.
            std::thread::spawn(move || answer(caller, &tell));
        }
    });
    port
}

fn answer(mut caller: TcpStream, tell: &Sender<String>) -> Option<()> {
    let mut lines = BufReader::new(caller.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    let target = request.strip_prefix("GET ")?.split(' ').next()?.to_owned();
    let path = target.split('?').next()?.to_owned();
    lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).for_each(drop);
    let page = format!("<html><head><title>Title of {path}</title></head><body>A page.</body></html>");
    let length = page.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ";
    write!(caller, "{head}{length}\r\n\r\n{page}").ok()?;
    // Nobody may be listening any more.
    tell.send(path).ok()
}

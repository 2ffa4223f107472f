//! Mail into a folder on this machine (the Maildir form), for a first try without a mail server.
//!
//! A mail is written under `tmp`, synced, and renamed into `new`: whoever reads `new` sees whole mails only.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use caretaker_shared::private_file;
use uuid::Uuid;

use super::message::{self, Sender};
use super::{Mail, MailError, Mailer, Sending, SetupError};

/// Writes each mail into a folder that only its owner may enter.
#[derive(Debug)]
pub struct MaildirMailer {
    folder: PathBuf,
    from: Sender,
}

impl MaildirMailer {
    /// Makes the folder and its three parts where they are missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path, from: Sender) -> Result<Self, SetupError> {
        for part in ["tmp", "new", "cur"] {
            let path = folder.join(part);
            private_file::create_folder(&path).map_err(|source| SetupError::Folder { path, source })?;
        }
        Ok(Self { folder: folder.to_owned(), from })
    }
}

impl Mailer for MaildirMailer {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        Box::pin(async move {
            let message = message::build(&self.from, mail)?;
            let text = String::from_utf8_lossy(&message.formatted()).replace("\r\n", "\n");
            let name = format!("{}.{}.caretaker", mail.date.as_second(), Uuid::new_v4().simple());
            let folder = self.folder.clone();
            let written = tokio::task::spawn_blocking(move || deliver(&folder, &name, text.as_bytes())).await;
            written
                .map_err(|_| MailError::Folder(io::ErrorKind::Other))?
                .map_err(|error| MailError::Folder(error.kind()))
        })
    }
}

fn deliver(folder: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    let (fresh, new) = (folder.join("tmp").join(name), folder.join("new"));
    private_file::write(&fresh, text)?;
    fs::rename(&fresh, new.join(name))?;
    // Windows has no such call and needs none for a rename.
    if cfg!(unix) { File::open(new)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::message::Sender;
    use super::super::{Mail, MailError, Mailer as _};
    use super::MaildirMailer;
    use crate::rules::sample;

    fn mail(to: &str, resend: u32) -> Mail {
        Mail {
            message_id: "ab".repeat(32),
            to: to.into(),
            subject: "Safeguarding alert - level 4 - case 26-0001".into(),
            body: "One serious concern needs you today.\n\n  Grünwald site\n".into(),
            html: "<p>Gr&uuml;nwald site</p>\n".into(),
            date: sample::now(),
            attachments: Vec::new(),
            resend,
        }
    }

    fn mailer(folder: &Path) -> MaildirMailer {
        let from = Sender::parse("Caretaker <caretaker@northfield.example>").expect("an address");
        MaildirMailer::open(folder, from).expect("the folder is made")
    }

    fn texts(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("lists");
        entries.map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("reads")).collect()
    }

    #[tokio::test]
    async fn each_mail_is_one_whole_file_with_its_headers() {
        let home = tempfile::tempdir().expect("a folder");
        let mailer = mailer(home.path());
        mailer.send(&mail("lead@northfield.example", 0)).await.expect("is written");
        let written = texts(&home.path().join("new"));
        let headers = [
            "From: Caretaker <caretaker@northfield.example>",
            "To: lead@northfield.example",
            "Subject: Safeguarding alert - level 4 - case 26-0001",
            "Date: Sat, 21 Nov 2026 14:02:00 +0000",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: text/html; charset=utf-8",
            &format!("Message-ID: <{}@northfield.example>", "ab".repeat(32)),
        ];
        for header in headers {
            assert!(written[0].lines().any(|line| line == header), "{header} in:\n{}", written[0]);
        }
        assert!(!written[0].contains("X-Resend"));
        assert!(!written[0].contains('\r'));
        assert!(texts(&home.path().join("tmp")).is_empty());
    }

    #[tokio::test]
    async fn a_mail_that_goes_again_says_so_and_has_a_file_of_its_own() {
        let home = tempfile::tempdir().expect("a folder");
        let mailer = mailer(home.path());
        for resend in [0, 1] {
            mailer.send(&mail("lead@northfield.example", resend)).await.expect("is written");
        }
        let written = texts(&home.path().join("new"));
        assert_eq!(written.len(), 2);
        assert_eq!(written.iter().filter(|text| text.contains("\nX-Resend: 1\n")).count(), 1);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_can_read_the_mail() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("mail");
        mailer(&folder).send(&mail("lead@northfield.example", 0)).await.expect("is written");
        let mode = |path: &Path| fs::metadata(path).expect("exists").permissions().mode() & 0o777;
        let file = fs::read_dir(folder.join("new")).expect("lists").next().expect("one file").expect("an entry").path();
        assert_eq!((mode(&folder), mode(&folder.join("new")), mode(&file)), (0o700, 0o700, 0o600));
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_final_and_a_missing_folder_is_not() {
        let home = tempfile::tempdir().expect("a folder");
        let mailer = mailer(home.path());
        let error = mailer.send(&mail("nobody", 0)).await.expect_err("is no address");
        assert!(matches!(error, MailError::Address) && error.is_permanent());
        fs::remove_dir_all(home.path().join("new")).expect("is removed");
        let error = mailer.send(&mail("lead@northfield.example", 0)).await.expect_err("has nowhere to go");
        assert!(matches!(error, MailError::Folder(_)) && !error.is_permanent());
    }
}

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

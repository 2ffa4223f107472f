//! The collector's own certificates: the authority that devices trust, and the server's, renewed before it ends.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use caretaker_shared::clock::Clock;
use caretaker_shared::pki::{Authority, Certificate, SERVER_DAYS, SERVER_RENEW_DAYS, Validity};
use caretaker_shared::private_file;
use caretaker_shared::secret::Secret;
use caretaker_shared::tls::{self, Acceptor, Identity};
use jiff::Timestamp;

use super::DataFolder;

/// Reads the authority of a folder.
///
/// # Errors
/// When a file is missing or is not what it should be; the text names the file and the remedy.
pub fn load_authority(folder: &DataFolder) -> anyhow::Result<Authority> {
    let (pem, key) = (folder.authority_pem(), folder.authority_key());
    let remedy = "without it no device can be recognised; put it back from a backup";
    let pem_text =
        std::fs::read_to_string(&pem).with_context(|| format!("{} cannot be read; {remedy}", pem.display()))?;
    let key_text = read_secret(&key).with_context(|| format!("{} cannot be read; {remedy}", key.display()))?;
    Authority::from_pem(pem_text, &key_text)
        .with_context(|| format!("{} and {} do not belong together; {remedy}", pem.display(), key.display()))
}

/// The server's certificate and key, as files and as what connections are accepted with.
pub struct ServerIdentity {
    folder: DataFolder,
    authority: Arc<Authority>,
    clock: Arc<dyn Clock>,
}

impl ServerIdentity {
    /// Of this folder, signed by this authority.
    #[must_use]
    pub fn new(folder: DataFolder, authority: Arc<Authority>, clock: Arc<dyn Clock>) -> Self {
        Self { folder, authority, clock }
    }

    /// Says whether the certificate that lies in the folder is there, good for long enough, and good for every name: one
    /// that an earlier version made may lack some.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        let days = i64::from(SERVER_RENEW_DAYS);
        let fresh = |certificate: Certificate| {
            let left = certificate.not_after.duration_since(self.clock.now());
            let named = tls::NAMES.iter().all(|name| certificate.serves(name));
            named && certificate.not_before <= self.clock.now() && left.as_hours() > days * 24
        };
        std::fs::read_to_string(self.folder.server_pem()).is_ok_and(|pem| Certificate::from_pem(&pem).is_ok_and(fresh))
            && self.folder.server_key().exists()
    }

    /// What connections are accepted with; makes a new certificate first when the one that is there ends soon, is
    /// missing, or does not work.
    ///
    /// # Errors
    /// When a new one can neither be made nor written.
    pub fn acceptor(&self) -> anyhow::Result<Acceptor> {
        if self.is_fresh()
            && let Ok(acceptor) = self.load()
        {
            return Ok(acceptor);
        }
        self.renew(self.clock.now())?;
        self.load()
    }

    fn load(&self) -> anyhow::Result<Acceptor> {
        let (pem, key) = (self.folder.server_pem(), self.folder.server_key());
        let chain = std::fs::read_to_string(&pem).with_context(|| format!("{} cannot be read", pem.display()))?;
        let key_text = read_secret(&key).with_context(|| format!("{} cannot be read", key.display()))?;
        let identity = Identity { chain_pem: &chain, key_pem: &key_text };
        Acceptor::new(&identity, self.authority.pem(), self.clock.clone())
            .with_context(|| format!("{} does not work", pem.display()))
    }

    /// Makes a new key and certificate. A crash between the two files is put right at the next start.
    pub(super) fn renew(&self, now: Timestamp) -> anyhow::Result<()> {
        let validity = Validity { now, days: SERVER_DAYS };
        let (issued, key) = self.authority.issue_server(validity).context("the server's certificate cannot be made")?;
        write(&self.folder.server_key(), key.expose().as_bytes())?;
        write(&self.folder.server_pem(), issued.pem.as_bytes())?;
        tracing::info!(until = %issued.certificate.not_after, "the server has a new certificate");
        Ok(())
    }

    /// How often it is worth looking whether the certificate ends soon.
    pub const LOOK_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
}

/// Writes an owner-only file whole.
pub(super) fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    private_file::write(path, content).with_context(|| format!("{} cannot be written", path.display()))
}

/// Reads a secret; refuses one that others may read.
pub(crate) fn read_secret(path: &Path) -> anyhow::Result<Secret<String>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            bail!("others than its owner may read it (mode {mode:o})\n  run:  chmod 600 {}", path.display());
        }
    }
    Ok(Secret::new(std::fs::read_to_string(path)?))
}

//! The parent's side of the child: starts it, takes its text, and ends it when it does not end by itself.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use zeroize::{Zeroize as _, Zeroizing};

use crate::platform::without_window;

use super::{ARGUMENT, Refusal, TEXT_LIMIT_BYTES, Unread, child, confine};

/// What is set aside for a text at first. All of it is wiped afterwards, so that setting aside the most that a text may
/// be would cost each short one a millisecond.
const FIRST_BYTES: usize = 128 * 1024;

/// How often the time for a document doubles: others wait for it.
const DOUBLINGS: u32 = 3;

/// How the child is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The agent's executable.
    pub program: PathBuf,
    /// Longest time that one document may take at the first attempt.
    pub deadline: Duration,
}

impl Launch {
    /// This program, with five seconds for a document: the processor time that it may take, on a busy machine.
    ///
    /// # Errors
    /// When the system does not say which file this program is.
    pub fn own() -> io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, deadline: Duration::from_secs(5) })
    }

    /// As this, with twice the time for each attempt that was late, up to eight times: a device that is busy for long
    /// reads what it can read in forty seconds.
    #[must_use]
    pub fn after(&self, late: u32) -> Self {
        let deadline = self.deadline.saturating_mul(2_u32.pow(late.min(DOUBLINGS)));
        Self { deadline, ..self.clone() }
    }
}

/// The text of an open file, taken out of it by a child without rights. The child ends with this future.
///
/// # Errors
/// When the file has no text to give, or the child could not be started or did not answer.
#[expect(clippy::disallowed_methods, reason = "the one place that starts the document child")]
pub async fn text_of(file: File, launch: &Launch) -> Result<Zeroizing<String>, Unread> {
    let mut command = Command::new(&launch.program);
    without_window(&mut command);
    let mut child = command
        .arg(ARGUMENT)
        .env_clear()
        .stdin(Stdio::from(file))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(Unread::NotStarted)?;
    match tokio::time::timeout(launch.deadline, answer(&mut child)).await {
        Ok(answer) => answer,
        Err(_) => {
            end(&mut child).await;
            Err(Unread::Late)
        }
    }
}

async fn answer(child: &mut Child) -> Result<Zeroizing<String>, Unread> {
    let Some(out) = child.stdout.take() else { return Err(Unread::Died) };
    let mut bytes = Zeroizing::new(Vec::with_capacity(FIRST_BYTES));
    let read = read_into(&mut bytes, out).await;
    if bytes.len() > TEXT_LIMIT_BYTES {
        end(child).await;
        return Err(Unread::Refused(Refusal::TooLarge));
    }
    let status = child.wait().await.map_err(|_| Unread::Died)?;
    read.map_err(|_| Unread::Died)?;
    if !status.success() {
        return Err(reason(status));
    }
    String::from_utf8(std::mem::take(&mut *bytes)).map(Zeroizing::new).map_err(|error| {
        error.into_bytes().zeroize();
        Unread::Died
    })
}

/// Reads to the end, or to a byte beyond the limit.
async fn read_into(bytes: &mut Zeroizing<Vec<u8>>, mut out: impl AsyncRead + Unpin) -> io::Result<()> {
    while bytes.len() <= TEXT_LIMIT_BYTES {
        if bytes.len() == bytes.capacity() {
            // A vector that grows by itself leaves copies of the text behind; this one is wiped.
            let mut larger = Zeroizing::new(Vec::with_capacity((2 * bytes.capacity()).min(TEXT_LIMIT_BYTES + 1)));
            larger.extend_from_slice(bytes);
            std::mem::swap(bytes, &mut larger);
        }
        if out.read_buf(&mut **bytes).await? == 0 {
            break;
        }
    }
    Ok(())
}

fn reason(status: ExitStatus) -> Unread {
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(child::UNCONFINED) => Unread::Unconfined,
        Some(code) => child::refusal(code).map_or(Unread::Died, Unread::Refused),
        None if confine::is_out_of_time(status) => Unread::Slow,
        None => Unread::Died,
    }
}

async fn end(child: &mut Child) {
    // It fails only when the child has ended already, which is what is wanted.
    let _ = child.kill().await;
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::Launch;

    #[test]
    fn a_document_gets_twice_the_time_each_time_up_to_eight_times() {
        let launch = Launch { program: PathBuf::new(), deadline: Duration::from_secs(5) };
        let seconds: Vec<u64> = (0..6).map(|late| launch.after(late).deadline.as_secs()).collect();
        assert_eq!(seconds, [5, 10, 20, 40, 40, 40]);
    }
}

//! The end of a log: the rest may be of any length, and is older.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::host::{Host, if_there, why};

/// So much of it is read.
const LOG_BYTES: u64 = 256 * 1024;

/// The end of a log, from its first whole line on; nothing when there is no such file.
///
/// # Errors
/// When it cannot be read, in words.
pub(super) fn tail(host: &dyn Host, file: &Path) -> Result<String, String> {
    let Some(mut opened) = if_there(host.open(file)).map_err(|error| why(file, &error))? else {
        return Ok(String::new());
    };
    let from = opened.status.size_bytes.saturating_sub(LOG_BYTES);
    let mut bytes = Vec::new();
    let read = opened.content.seek(SeekFrom::Start(from));
    read.and_then(|_| opened.content.take(LOG_BYTES).read_to_end(&mut bytes)).map_err(|error| why(file, &error))?;
    let text = String::from_utf8_lossy(&bytes);
    let whole = if from == 0 { &text } else { text.split_once('\n').map_or("", |(_, rest)| rest) };
    Ok(whole.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;

    #[test]
    fn only_whole_lines_of_the_end_are_read() {
        let line = "0123456789abcde\n";
        let count = usize::try_from(LOG_BYTES).expect("fits") / line.len();
        let host = Sample::of(System::Linux).file("/log", format!("{}last\n", line.repeat(count)));
        let read = tail(&host, Path::new("/log")).expect("can be read");
        assert!(read.starts_with(line) && read.ends_with("last\n"));
        assert!(u64::try_from(read.len()).is_ok_and(|bytes| bytes <= LOG_BYTES), "{}", read.len());
        assert_eq!(tail(&host, Path::new("/none")).as_deref(), Ok(""));
        assert!(tail(&Sample::of(System::Linux).denied("/log"), Path::new("/log")).is_err());
    }
}

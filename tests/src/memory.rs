//! What a running process holds in memory, written to a file to be searched.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// Bytes that are copied at a time.
const PIECE: usize = 64 * 1024;

/// Writes everything that a process could have written to, to `file`: what a core dump would hold.
///
/// # Panics
/// When this process may not look into the other one.
pub fn dump(process: u32, file: &Path) {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).expect("reads the map of the memory");
    let mut memory = File::open(format!("/proc/{process}/mem")).expect("may read the memory");
    let mut out = File::create(file).expect("makes the file");
    let mut copied = 0_u64;
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (Some(range), Some(rights)) = (fields.next(), fields.next()) else { continue };
        // The system's own pages cannot be read; everything else that may be written to is looked at.
        if !rights.starts_with("rw") || line.ends_with("[vvar]") {
            continue;
        }
        let Some((from, to)) = range.split_once('-') else { continue };
        let (from, to) = (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16));
        let (Ok(from), Ok(to)) = (from, to) else { continue };
        if memory.seek(SeekFrom::Start(from)).is_err() {
            continue;
        }
        let mut left = to - from;
        let mut piece = vec![0; PIECE];
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let Ok(read) = memory.read(&mut piece[..wanted]) else { break };
            if read == 0 {
                break;
            }
            out.write_all(&piece[..read]).expect("writes the dump");
            left -= read as u64;
            copied += read as u64;
        }
    }
    assert!(copied > 1024 * 1024, "a process has more memory than {copied} bytes");
}

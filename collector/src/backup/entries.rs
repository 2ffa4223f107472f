//! Files one after the other: the length of a name in 2 bytes, the name, the size in 8 bytes, the content. A name of no
//! length ends them.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// Letters of the longest name.
const NAME: usize = 200;

pub(super) fn put(out: &mut impl Write, name: &str, bytes: &[u8]) -> io::Result<()> {
    head(out, name, u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;
    out.write_all(bytes)
}

pub(super) fn put_file(out: &mut impl Write, name: &str, path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    head(out, name, size)?;
    let copied = io::copy(&mut file.take(size), out)?;
    if copied == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[0, 0])
}

fn head(out: &mut impl Write, name: &str, size: u64) -> io::Result<()> {
    let length = u16::try_from(name.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(name.as_bytes())?;
    out.write_all(&size.to_be_bytes())
}

/// Hands each entry to `take`, which reads as much of it as it likes; reads the source to its end, which proves it whole.
pub(super) fn each(
    source: &mut impl Read,
    mut take: impl FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        let mut length = [0; 2];
        source.read_exact(&mut length)?;
        let length = usize::from(u16::from_be_bytes(length));
        if length == 0 {
            return io::copy(source, &mut io::sink()).map(drop);
        }
        let mut name = vec![0; length];
        source.read_exact(&mut name)?;
        let name = String::from_utf8(name).map_err(|_| io::ErrorKind::InvalidData)?;
        if name.len() > NAME || !is_plain(&name) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut size = [0; 8];
        source.read_exact(&mut size)?;
        let mut entry = source.by_ref().take(u64::from_be_bytes(size));
        take(&name, &mut entry)?;
        io::copy(&mut entry, &mut io::sink())?;
        if entry.limit() > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// A name that leads nowhere else: small letters, digits, and one folder at the most.
fn is_plain(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-_".contains(letter))
    };
    match name.split_once('/') {
        Some((folder, file)) => plain(folder) && plain(file),
        None => plain(name),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{each, end, put};

    #[test]
    fn what_was_put_is_handed_out_and_no_name_leads_elsewhere() {
        let mut bytes = Vec::new();
        put(&mut bytes, "one", b"first").expect("puts");
        put(&mut bytes, "lexicons/two.pack", b"").expect("puts");
        end(&mut bytes).expect("ends");
        let mut seen = Vec::new();
        let taken = each(&mut bytes.as_slice(), |name, entry| {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            seen.push((name.to_owned(), text));
            Ok(())
        });
        assert!(taken.is_ok());
        assert_eq!(seen, [("one".into(), "first".into()), ("lexicons/two.pack".into(), String::new())]);
        assert!(each(&mut &bytes[..bytes.len() - 1], |_, _| Ok(())).is_err(), "cut");
        for name in ["../x", "a/b/c", "/etc", ".ssh", "A", ""] {
            let mut bytes = Vec::new();
            put(&mut bytes, name, b"x").expect("puts");
            end(&mut bytes).expect("ends");
            let taken = each(&mut bytes.as_slice(), |_, _| Ok(()));
            assert!(taken.is_err() || name.is_empty(), "{name}");
        }
    }
}

//! Encrypted archives: a stream of bytes under a passphrase or the key of a file, in pieces that are each proven.
//!
//! argon2id makes the key, AES-256-GCM seals pieces of 64 KiB. The nonce of a piece holds its number and whether it is
//! the last, and the head is bound to each: nothing can be cut off, moved, or put in unnoticed.

use std::io::{self, Read, Write};

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::digest;
use crate::sealing::content::{self, TAG};
use crate::secret::Secret;

const MAGIC: &[u8; 19] = b"CARETAKER BACKUP 1\n";
const SALT: usize = 16;
const PREFIX: usize = 7;
const HEAD: usize = MAGIC.len() + SALT + PREFIX;
const PIECE: usize = 64 * 1024;
/// Of argon2id: a fraction of a second, and 19 MiB for each guess.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// Why an archive does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// It is none.
    #[error("this is not a backup of Caretaker")]
    Malformed,
    /// The passphrase or key is another one, or the file was changed or cut.
    #[error("the passphrase or key is wrong, or the file was changed or cut off")]
    Wrong,
    /// The computer has not the memory that the passphrase asks for.
    #[error("there is not enough memory to try the passphrase")]
    Memory,
}

impl From<ArchiveError> for io::Error {
    fn from(error: ArchiveError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

struct Cipher {
    key: Zeroizing<[u8; 32]>,
    head: [u8; HEAD],
    number: u32,
}

impl Cipher {
    fn new(secret: &Secret<String>, head: [u8; HEAD]) -> Result<Self, ArchiveError> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|_| ArchiveError::Malformed)?;
        let mut key = Zeroizing::new([0; 32]);
        let salt = &head[MAGIC.len()..MAGIC.len() + SALT];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(secret.expose().as_bytes(), salt, key.as_mut_slice())
            .map_err(|_| ArchiveError::Memory)?;
        Ok(Self { key, head, number: 0 })
    }

    fn nonce(&mut self, last: bool) -> io::Result<[u8; 12]> {
        let mut nonce = [0; 12];
        nonce[..PREFIX].copy_from_slice(&self.head[HEAD - PREFIX..]);
        nonce[PREFIX..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(last);
        self.number = self.number.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(nonce)
    }
}

/// Encrypts what is written to it. Nothing is whole before [`ArchiveWriter::finish`].
pub struct ArchiveWriter<W: Write> {
    out: W,
    cipher: Cipher,
    piece: Zeroizing<Vec<u8>>,
}

impl<W: Write> ArchiveWriter<W> {
    /// Begins an archive.
    ///
    /// # Errors
    /// Those of `out`, and [`ArchiveError::Memory`].
    pub fn new(mut out: W, secret: &Secret<String>) -> io::Result<Self> {
        let mut head = [0; HEAD];
        head[..MAGIC.len()].copy_from_slice(MAGIC);
        head[MAGIC.len()..MAGIC.len() + SALT].copy_from_slice(&digest::random::<SALT>());
        head[HEAD - PREFIX..].copy_from_slice(&digest::random::<PREFIX>());
        let cipher = Cipher::new(secret, head)?;
        out.write_all(&head)?;
        Ok(Self { out, cipher, piece: Zeroizing::new(Vec::with_capacity(PIECE + TAG)) })
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(mut self) -> io::Result<W> {
        self.put(true)?;
        Ok(self.out)
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.cipher.nonce(last)?;
        let plain = std::mem::replace(&mut self.piece, Zeroizing::new(Vec::with_capacity(PIECE + TAG)));
        self.out.write_all(&content::encrypt(&self.cipher.key, nonce, &self.cipher.head, plain))
    }
}

impl<W: Write> Write for ArchiveWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece goes out when more comes: the last one must be known as such.
        if self.piece.len() == PIECE && !bytes.is_empty() {
            self.put(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Decrypts what is read from it. Every byte that it gives is proven; that the end is the end shows with the last.
pub struct ArchiveReader<R: Read> {
    source: R,
    cipher: Cipher,
    /// The sealed piece after the one that is given out.
    ahead: Vec<u8>,
    plain: Zeroizing<Vec<u8>>,
    given: usize,
    ended: bool,
}

impl<R: Read> ArchiveReader<R> {
    /// Begins to read an archive.
    ///
    /// # Errors
    /// Those of `source`, and [`ArchiveError`].
    pub fn new(mut source: R, secret: &Secret<String>) -> io::Result<Self> {
        let mut head = [0; HEAD];
        let read = fill(&mut source, &mut head)?;
        if read < HEAD || !head.starts_with(MAGIC) {
            return Err(ArchiveError::Malformed.into());
        }
        let cipher = Cipher::new(secret, head)?;
        let mut reader =
            Self { source, cipher, ahead: Vec::new(), plain: Zeroizing::default(), given: 0, ended: false };
        reader.ahead = reader.next_piece()?;
        Ok(reader)
    }

    fn next_piece(&mut self) -> io::Result<Vec<u8>> {
        let mut piece = vec![0; PIECE + TAG];
        let read = fill(&mut self.source, &mut piece)?;
        piece.truncate(read);
        Ok(piece)
    }

    fn advance(&mut self) -> io::Result<()> {
        let following = self.next_piece()?;
        let sealed = std::mem::replace(&mut self.ahead, following);
        let last = self.ahead.is_empty();
        let nonce = self.cipher.nonce(last)?;
        self.plain =
            content::decrypt(&self.cipher.key, nonce, &self.cipher.head, &sealed).ok_or(ArchiveError::Wrong)?;
        (self.given, self.ended) = (0, last);
        Ok(())
    }
}

impl<R: Read> Read for ArchiveReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.plain.len() {
            if self.ended {
                return Ok(0);
            }
            self.advance()?;
        }
        let taken = buffer.len().min(self.plain.len() - self.given);
        buffer[..taken].copy_from_slice(&self.plain[self.given..self.given + taken]);
        self.given += taken;
        Ok(taken)
    }
}

/// Reads until the buffer is full or the source ends.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _, Write as _};

    use super::{ArchiveReader, ArchiveWriter, HEAD, PIECE};
    use crate::sealing::content::TAG;
    use crate::secret::Secret;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn archive(bytes: &[u8]) -> Vec<u8> {
        let mut writer = ArchiveWriter::new(Vec::new(), &secret("seven green bicycles")).expect("begins");
        writer.write_all(bytes).expect("writes");
        writer.finish().expect("ends")
    }

    fn read(archive: &[u8], passphrase: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        ArchiveReader::new(archive, &secret(passphrase))?.read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn what_was_written_is_read_whatever_its_length() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).expect("small")).collect();
            assert_eq!(read(&archive(&bytes), "seven green bicycles").expect("reads"), bytes, "{length}");
        }
    }

    #[test]
    fn nothing_is_read_of_an_archive_that_was_changed_cut_or_put_together() {
        let whole = archive(&vec![7; 2 * PIECE + 10]);
        assert!(read(&whole, "another passphrase").is_err());
        assert!(read(b"hello", "seven green bicycles").is_err());
        for at in [3, HEAD - 1, HEAD, HEAD + PIECE, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(read(&changed, "seven green bicycles").is_err(), "byte {at}");
        }
        let sealed = PIECE + TAG;
        for end in [HEAD, HEAD + sealed, HEAD + 2 * sealed, whole.len() - 1] {
            assert!(read(&whole[..end], "seven green bicycles").is_err(), "cut at {end}");
        }
        let swapped = [
            &whole[..HEAD],
            &whole[HEAD + sealed..HEAD + 2 * sealed],
            &whole[HEAD..HEAD + sealed],
            &whole[HEAD + 2 * sealed..],
        ]
        .concat();
        assert!(read(&swapped, "seven green bicycles").is_err(), "moved");
    }
}

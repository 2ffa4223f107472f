//! Numbers and texts in a row of bytes.

use super::PackError;

/// Appends a number in seven bits a byte, lowest first.
pub(super) fn put(out: &mut Vec<u8>, number: u32) {
    put_long(out, number.into());
}

pub(super) fn put_long(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn put_len(out: &mut Vec<u8>, length: usize) {
    put(out, u32::try_from(length).unwrap_or(u32::MAX));
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_len(out, text.len());
    out.extend(text.as_bytes());
}

/// What is left to read.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], PackError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(PackError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, PackError> {
        let (&byte, rest) = self.0.split_first().ok_or(PackError::Damaged)?;
        self.0 = rest;
        Ok(byte)
    }

    #[inline]
    pub(super) fn number(&mut self) -> Result<u32, PackError> {
        match *self.0 {
            // Most numbers are short.
            [byte @ ..0x80, ref rest @ ..] => {
                self.0 = rest;
                Ok(byte.into())
            }
            [one, other @ ..0x80, ref rest @ ..] => {
                self.0 = rest;
                Ok(u32::from(one & 0x7f) | u32::from(other) << 7)
            }
            _ => u32::try_from(self.long()?).map_err(|_| PackError::Damaged),
        }
    }

    pub(super) fn long(&mut self) -> Result<u64, PackError> {
        let mut number = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit only.
            if shift == 63 && bits > 1 {
                return Err(PackError::Damaged);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(PackError::Damaged)
    }

    /// How many things follow, each of at least `least` bytes: there must be room for them.
    pub(super) fn count(&mut self, least: usize) -> Result<usize, PackError> {
        let count = self.number()? as usize;
        self.room(count.checked_mul(least).ok_or(PackError::Damaged)?)?;
        Ok(count)
    }

    /// A number of bytes, if so many are left.
    pub(super) fn room(&self, bytes: usize) -> Result<usize, PackError> {
        if bytes <= self.0.len() { Ok(bytes) } else { Err(PackError::Damaged) }
    }

    pub(super) fn text(&mut self) -> Result<String, PackError> {
        let length = self.count(1)?;
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| PackError::Damaged)?;
        if text.chars().any(char::is_control) { Err(PackError::Damaged) } else { Ok(text.to_owned()) }
    }
}

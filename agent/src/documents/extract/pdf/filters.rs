//! How streams are packed. What is packed as a picture is left alone.

use std::borrow::Cow;

use flate2::{Decompress, FlushDecompress, Status};

use super::super::Refusal;
use super::super::allowance::Allowance;
use super::bytes::{digit, is_space};
use super::object::{Dictionary, Object};

/// Ways in which one stream may be packed, one over the other.
const FILTERS: usize = 4;
/// Room to inflate into, in times of what is packed: mostly enough. And at the least: never none, as a room that is full
/// says that there may be more.
const ROOM: usize = 5;
const LEAST_ROOM: usize = 1024;

/// The bytes of a stream; `None` when it is packed in a way that no text is.
///
/// # Errors
/// When they are more than may be.
pub(super) fn unpacked(
    bytes: &[u8],
    names: &[Object],
    means: &[Dictionary],
    allowance: &mut Allowance,
) -> Result<Option<Vec<u8>>, Refusal> {
    if names.len() > FILTERS {
        return Ok(None);
    }
    let most = allowance.left_bytes();
    allowance.spend(bytes.len() as u64)?;
    let mut unpacked = Cow::Borrowed(bytes);
    for (at, name) in names.iter().enumerate() {
        let Object::Name(name) = name else { return Ok(None) };
        let plain = match name.as_slice() {
            b"FlateDecode" | b"Fl" => inflated(&unpacked, most),
            b"LZWDecode" | b"LZW" => lzw(&unpacked, most, means.get(at)),
            b"ASCII85Decode" | b"A85" => ascii85(&unpacked),
            b"ASCIIHexDecode" | b"AHx" => hexadecimal(&unpacked),
            b"RunLengthDecode" | b"RL" => run_length(&unpacked, most),
            _ => return Ok(None),
        };
        allowance.spend(plain.len() as u64)?;
        unpacked = Cow::Owned(match means.get(at) {
            Some(means) => unpredicted(plain, means),
            None => plain,
        });
    }
    Ok(Some(unpacked.into_owned()))
}

/// As far as it goes: a stream that was cut gives what is there. One byte more than `most` at the most.
fn inflated(bytes: &[u8], most: u64) -> Vec<u8> {
    let most = usize::try_from(most + 1).unwrap_or(usize::MAX);
    let mut unpacked = inflated_from(bytes, true, most);
    if unpacked.is_empty() {
        // The two bytes of the head are wrong in some files.
        unpacked = inflated_from(bytes.get(2..).unwrap_or_default(), false, most);
    }
    unpacked
}

fn inflated_from(bytes: &[u8], has_head: bool, most: usize) -> Vec<u8> {
    let mut unpacked = Vec::new();
    let mut inflater = Decompress::new(has_head);
    loop {
        // Room for all of it, mostly: each time that there is too little, the inflater goes on byte by byte at first.
        let room = (ROOM * bytes.len()).max(2 * unpacked.capacity()).max(LEAST_ROOM).min(most);
        unpacked.reserve_exact(room - unpacked.len());
        let rest = &bytes[inflater.total_in() as usize..];
        let is_over = match inflater.decompress_vec(rest, &mut unpacked, FlushDecompress::Finish) {
            Ok(Status::Ok | Status::BufError) => unpacked.len() < unpacked.capacity(),
            Ok(Status::StreamEnd) | Err(_) => true,
        };
        if is_over || unpacked.len() >= most {
            unpacked.truncate(most);
            unpacked.shrink_to_fit();
            return unpacked;
        }
    }
}

fn lzw(bytes: &[u8], most: u64, means: Option<&Dictionary>) -> Vec<u8> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let is_early = !means.is_some_and(|means| *means.get("EarlyChange") == Object::Number(0.0));
    let mut unpacked: Vec<u8> = Vec::new();
    // Each entry is a part of what was written before: where it begins, and how long it is.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    let (mut bits, mut count, mut width) = (0_u32, 0_u32, 9_u32);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        if count < width {
            continue;
        }
        count -= width;
        let code = ((bits >> count) & ((1 << width) - 1)) as usize;
        let begin = unpacked.len();
        match (code, previous) {
            (CLEAR, _) => {
                table.clear();
                (previous, width) = (None, 9);
                continue;
            }
            (END, _) => break,
            (0..CLEAR, _) => unpacked.push(code as u8),
            (_, Some((from, length))) if code == END + 1 + table.len() => {
                unpacked.extend_from_within(from..from + length);
                unpacked.extend_from_within(from..=from);
            }
            _ => {
                let Some((from, length)) = table.get(code - END - 1).copied() else { break };
                unpacked.extend_from_within(from..from + length);
            }
        }
        if unpacked.len() as u64 > most {
            break;
        }
        if let Some((from, length)) = previous.filter(|_| table.len() < 4096 - END - 1) {
            table.push((from, length + 1));
        }
        previous = Some((begin, unpacked.len() - begin));
        let next = table.len() + END + 1 + usize::from(is_early);
        width = if next >= 2048 {
            12
        } else if next >= 1024 {
            11
        } else if next >= 512 {
            10
        } else {
            9
        };
    }
    unpacked
}

fn ascii85(bytes: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::with_capacity(bytes.len());
    let mut group: Vec<u8> = Vec::with_capacity(5);
    for byte in bytes {
        match byte {
            b'z' if group.is_empty() => unpacked.extend([0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            b'~' => break,
            _ => {}
        }
        if group.len() == 5 {
            unpacked.extend(four(&group));
            group.clear();
        }
    }
    if group.len() > 1 {
        let kept = group.len() - 1;
        group.resize(5, 84);
        unpacked.extend_from_slice(&four(&group)[..kept]);
    }
    unpacked
}

fn four(group: &[u8]) -> [u8; 4] {
    group.iter().fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(u32::from(*digit))).to_be_bytes()
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let digits = bytes.iter().take_while(|byte| **byte != b'>').filter(|byte| !is_space(**byte));
    let digits: Vec<u8> = digits.map(|byte| digit(*byte)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

fn run_length(bytes: &[u8], most: u64) -> Vec<u8> {
    let mut unpacked = Vec::new();
    let mut rest = bytes;
    while let Some((length, behind)) = rest.split_first() {
        let length = usize::from(*length);
        match length {
            0..128 => {
                let (run, behind) = behind.split_at((length + 1).min(behind.len()));
                unpacked.extend_from_slice(run);
                rest = behind;
            }
            128 => break,
            _ => {
                let Some((byte, behind)) = behind.split_first() else { break };
                unpacked.extend(std::iter::repeat_n(*byte, 257 - length));
                rest = behind;
            }
        }
        if unpacked.len() as u64 > most {
            break;
        }
    }
    unpacked
}

/// Undoes the differences to the row above that lists of objects are written in.
fn unpredicted(bytes: Vec<u8>, means: &Dictionary) -> Vec<u8> {
    let number = |name, usual: usize| means.get(name).number().map_or(usual, |number| number as usize);
    if number("Predictor", 1) < 10 {
        return bytes;
    }
    let bits = number("Colors", 1).min(64) * number("BitsPerComponent", 8).min(64);
    let back = bits.div_ceil(8).max(1);
    let width = (number("Columns", 1).min(1 << 20) * bits).div_ceil(8).max(1);
    let mut above = vec![0_u8; width];
    let mut plain = Vec::with_capacity(bytes.len());
    for row in bytes.chunks(width + 1) {
        let (kind, differences) = (row[0], &row[1..]);
        let mut line = differences.to_vec();
        line.resize(width, 0);
        for at in 0..width {
            let left = if at >= back { line[at - back] } else { 0 };
            let corner = if at >= back { above[at - back] } else { 0 };
            let guess = match kind {
                1 => left,
                2 => above[at],
                3 => u8::midpoint(left, above[at]),
                4 => nearest(left, above[at], corner),
                _ => 0,
            };
            line[at] = line[at].wrapping_add(guess);
        }
        plain.extend_from_slice(&line[..differences.len()]);
        above = line;
    }
    plain
}

/// Paeth's choice: of left, above and the corner the one that is nearest to their slope.
fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i32::from(left), i32::from(above), i32::from(corner));
    let slope = a + b - c;
    let (to_left, to_above, to_corner) = ((slope - a).abs(), (slope - b).abs(), (slope - c).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::{Allowance, Dictionary, Object, Refusal, unpacked};

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory takes bytes");
        encoder.finish().expect("memory takes bytes")
    }

    fn inflated(bytes: &[u8], left_bytes: u64) -> Result<Vec<u8>, Refusal> {
        let names = [Object::Name(b"FlateDecode".to_vec())];
        let unpacked = unpacked(bytes, &names, &[Dictionary::default()], &mut Allowance::of_bytes(left_bytes))?;
        Ok(unpacked.expect("a known filter"))
    }

    #[test]
    fn what_was_deflated_comes_back_however_much_it_grows() {
        for length in [0, 1, 5_000, 1_000_000] {
            let plain: Vec<u8> = (0..length).map(|at| (at / 7_000) as u8).collect();
            assert_eq!(inflated(&deflated(&plain), 2_000_000), Ok(plain), "{length}");
        }
    }

    #[test]
    fn a_stream_that_is_cut_or_wrong_gives_what_is_there() {
        let plain: Vec<u8> = (0..3_000_u32).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect();
        let packed = deflated(&plain);
        let cut = inflated(&packed[..packed.len() / 2], 1_000_000).expect("the half of it");
        assert!(cut.len() > 500 && plain.starts_with(&cut), "{}", cut.len());
        assert_eq!(inflated(&[b"??", &packed[2..]].concat(), 1_000_000), Ok(plain), "with a wrong head");
        assert_eq!(inflated(b"", 1_000_000), Ok(Vec::new()));
        assert_eq!(inflated(b"no stream", 1_000_000), Ok(Vec::new()));
    }

    #[test]
    fn more_than_may_be_is_refused() {
        let bomb = deflated(&vec![0; 100_000]);
        assert_eq!(inflated(&bomb, 50_000), Err(Refusal::TooLarge));
    }
}

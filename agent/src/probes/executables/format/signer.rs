//! Whom a signature names, read from a PKCS#7 message. Nothing is verified: anybody can write any name.

use x509_parser::asn1_rs::{Any, FromBer as _, FromDer as _, Tag};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use super::bytes::plain;

/// Real signatures carry about five.
const MOST_CERTIFICATES: usize = 64;

/// The common name in the certificate of the first signer, else its organisation. `None` for bytes that are no
/// signature, and for one that carries no certificate of its signer.
pub(super) fn name(message: &[u8]) -> Option<String> {
    let mut content = inside(message, Tag::Sequence)?;
    skip(&mut content, Tag::Oid)?;
    let mut signed = inside(take(&mut content)?.1.data, Tag::Sequence)?;
    skip(&mut signed, Tag::Integer)?;
    skip(&mut signed, Tag::Set)?;
    skip(&mut signed, Tag::Sequence)?;
    let (mut certificates, mut signers) = (None, None);
    while let Some((_, part)) = take(&mut signed) {
        if part.tag() == Tag::Set {
            signers = Some(part.data);
        } else if part.tag() == Tag(0) {
            certificates = Some(part.data);
        }
    }
    let mut signer = inside(signers?, Tag::Sequence)?;
    skip(&mut signer, Tag::Integer)?;
    let mut wanted = inside(signer, Tag::Sequence)?;
    let (issuer, serial) = (take(&mut wanted)?.0, take(&mut wanted)?.1.data);
    let mut certificates = certificates?;
    for _ in 0..MOST_CERTIFICATES {
        let (_, certificate) = take(&mut certificates)?;
        // Among them may stand what is no certificate.
        let certificate = Certificate::parse(certificate.data);
        if let Some(found) = certificate.filter(|found| found.issuer == issuer && found.serial == serial) {
            return subject(found.subject);
        }
    }
    None
}

/// The parts of a certificate that are looked at, in DER.
struct Certificate<'a> {
    serial: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
}

impl<'a> Certificate<'a> {
    fn parse(content: &'a [u8]) -> Option<Self> {
        let mut signed = inside(content, Tag::Sequence)?;
        let (_, mut first) = take(&mut signed)?;
        // The version, absent in certificates of the first one.
        if first.tag() == Tag(0) {
            first = take(&mut signed)?.1;
        }
        let serial = first.data;
        skip(&mut signed, Tag::Sequence)?;
        let (issuer, _) = take(&mut signed)?;
        skip(&mut signed, Tag::Sequence)?;
        let (subject, _) = take(&mut signed)?;
        Some(Self { serial, issuer, subject })
    }
}

fn subject(der: &[u8]) -> Option<String> {
    let (_, name) = X509Name::from_der(der).ok()?;
    let common = name.iter_common_name().next();
    let attribute = common.or_else(|| name.iter_organization().next())?;
    Some(text(attribute)).filter(|name| !name.is_empty())
}

fn text(attribute: &AttributeTypeAndValue<'_>) -> String {
    let value = attribute.attr_value();
    if value.tag() == Tag::BmpString {
        let units = value.data.chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
        let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        plain(&text.collect::<String>())
    } else {
        plain(&String::from_utf8_lossy(value.data))
    }
}

/// The first value of `from`, with and without its head; `from` goes on behind it. BER, of which DER is a part: Apple
/// leaves out the lengths of the outer values.
fn take<'a>(from: &mut &'a [u8]) -> Option<(&'a [u8], Any<'a>)> {
    let (rest, value) = Any::from_ber(from).ok()?;
    let whole = &from[..from.len() - rest.len()];
    *from = rest;
    Some((whole, value))
}

fn skip(from: &mut &[u8], expected: Tag) -> Option<()> {
    take(from).filter(|(_, value)| value.tag() == expected).map(|_| ())
}

/// What the first value of `from` holds.
fn inside(mut from: &[u8], expected: Tag) -> Option<&[u8]> {
    take(&mut from).filter(|(_, value)| value.tag() == expected).map(|(_, value)| value.data)
}

//! Antivirus products and what they found.

use caretaker_proto::agent::v1 as proto;

use crate::model::{AntivirusProduct, Detection, Engine, RealTime};
use crate::wire::common::{
    WireError, fit_path, fit_text, maybe_timestamp, path, same_names, text, texts, timestamp, unix_ms,
};
use crate::wire::limits;

same_names!(Engine, "engine": Running, Stopped, Unknown);
same_names!(RealTime, "real_time": Blocking, DetectOnly, Off, Unknown);

impl From<&AntivirusProduct> for proto::AntivirusProduct {
    fn from(product: &AntivirusProduct) -> Self {
        Self {
            name: fit_text(&product.name),
            version: fit_text(&product.version),
            engine: proto::Engine::from(product.engine).into(),
            real_time: proto::RealTime::from(product.real_time).into(),
            signature_version: fit_text(&product.signature_version),
            signatures_built_unix_ms: product.signatures_built_at.map(unix_ms),
            evidence: product.evidence.iter().take(limits::EVIDENCE).map(|line| fit_text(line)).collect(),
            vendor: fit_text(&product.vendor),
            claims_up_to_date: product.claims_up_to_date,
            expired: product.expired,
            tamper_protection: product.tamper_protection,
            passive: product.passive,
        }
    }
}

impl TryFrom<proto::AntivirusProduct> for AntivirusProduct {
    type Error = WireError;

    fn try_from(product: proto::AntivirusProduct) -> Result<Self, WireError> {
        Ok(Self {
            engine: product.engine().try_into()?,
            real_time: product.real_time().try_into()?,
            name: text(product.name, "name")?,
            vendor: text(product.vendor, "vendor")?,
            version: text(product.version, "version")?,
            signature_version: text(product.signature_version, "signature_version")?,
            signatures_built_at: maybe_timestamp(product.signatures_built_unix_ms, "signatures_built_unix_ms")?,
            claims_up_to_date: product.claims_up_to_date,
            expired: product.expired,
            tamper_protection: product.tamper_protection,
            passive: product.passive,
            evidence: texts(product.evidence, limits::EVIDENCE, limits::TEXT_BYTES, "evidence")?,
        })
    }
}

impl From<&Detection> for proto::Detection {
    fn from(detection: &Detection) -> Self {
        Self {
            found_unix_ms: unix_ms(detection.found_at),
            product: fit_text(&detection.product),
            threat: fit_text(&detection.threat),
            path: fit_path(&detection.path),
            action: fit_text(&detection.action),
        }
    }
}

impl TryFrom<proto::Detection> for Detection {
    type Error = WireError;

    fn try_from(detection: proto::Detection) -> Result<Self, WireError> {
        Ok(Self {
            found_at: timestamp(detection.found_unix_ms, "found_unix_ms")?,
            product: text(detection.product, "product")?,
            threat: text(detection.threat, "threat")?,
            path: path(detection.path, "path")?,
            action: text(detection.action, "action")?,
        })
    }
}

//! What a policy says about detection, and its groups.

use std::collections::BTreeSet;

use caretaker_proto::agent::v1 as proto;

use super::common::{WireError, identifier, text, texts};
use super::limits;
use crate::lexicon::AgeProfile;
use crate::model::Source;
use crate::order;
use crate::policy::{Group, Hours};

pub(super) fn age(age: AgeProfile) -> proto::AgeProfile {
    match age {
        AgeProfile::Primary => proto::AgeProfile::Primary,
        AgeProfile::Secondary => proto::AgeProfile::Secondary,
        AgeProfile::SixthForm => proto::AgeProfile::SixthForm,
        AgeProfile::Adult => proto::AgeProfile::Adult,
    }
}

fn age_of(age: proto::AgeProfile) -> Result<AgeProfile, WireError> {
    match age {
        proto::AgeProfile::Primary => Ok(AgeProfile::Primary),
        proto::AgeProfile::Secondary => Ok(AgeProfile::Secondary),
        proto::AgeProfile::SixthForm => Ok(AgeProfile::SixthForm),
        proto::AgeProfile::Adult => Ok(AgeProfile::Adult),
        proto::AgeProfile::Unspecified => Err(WireError::Unknown("age")),
    }
}

pub(super) fn sources(sources: &BTreeSet<Source>) -> Vec<i32> {
    sources.iter().map(|&source| proto::Source::from(source).into()).collect()
}

/// How old people are and what is looked at. A collector from before there was a choice says neither, and means
/// documents; an age of a later one is taken for the middle.
pub(super) fn of_whom(age: i32, sources: Vec<i32>) -> Result<(AgeProfile, BTreeSet<Source>), WireError> {
    if age == i32::from(proto::AgeProfile::Unspecified) {
        return Ok((AgeProfile::Secondary, order::set([Source::Document])));
    }
    let known = proto::AgeProfile::try_from(age).ok().and_then(|age| age_of(age).ok());
    Ok((known.unwrap_or(AgeProfile::Secondary), sources_of(sources)?))
}

/// Sources of a later collector are passed over: this version does not have them.
pub(super) fn sources_of(sources: Vec<i32>) -> Result<BTreeSet<Source>, WireError> {
    if sources.len() > limits::CATEGORIES {
        return Err(WireError::TooLarge("sources"));
    }
    let known = sources.into_iter().filter_map(|source| proto::Source::try_from(source).ok());
    Ok(order::set(known.filter_map(|source| Source::try_from(source).ok())))
}

pub(super) fn hours_of(spans: Vec<String>) -> Result<Hours, WireError> {
    let spans = texts(spans, limits::HOURS, limits::PATTERN_BYTES, "hours")?;
    Hours::parse(&spans).ok_or(WireError::Malformed("hours"))
}

pub(super) fn categories(ids: Vec<String>) -> Result<Vec<String>, WireError> {
    if ids.len() > limits::CATEGORIES {
        return Err(WireError::TooLarge("categories"));
    }
    ids.into_iter().map(|id| identifier(id, "categories")).collect()
}

impl From<&Group> for proto::DetectionGroup {
    fn from(group: &Group) -> Self {
        Self {
            name: group.name.clone(),
            devices: group.devices.clone(),
            users: group.users.clone(),
            age: group.age.map(|known| age(known).into()),
            categories: group.categories.clone().map(|ids| proto::Categories { ids }),
            sources: group.sources.as_ref().map(|some| proto::Sources { sources: sources(some) }),
            hours: group.hours.as_ref().map(|hours| proto::Hours { spans: hours.texts() }),
            subject: group.subject.map_or(proto::SubjectKind::Unspecified, Into::into).into(),
        }
    }
}

impl TryFrom<proto::DetectionGroup> for Group {
    type Error = WireError;

    fn try_from(group: proto::DetectionGroup) -> Result<Self, WireError> {
        let subject = match group.subject() {
            proto::SubjectKind::Unspecified => None,
            known @ (proto::SubjectKind::Pupil | proto::SubjectKind::Staff) => Some(known.into()),
        };
        let age = group.age.is_some().then(|| age_of(group.age())).transpose()?;
        let patterns = |names, field| texts(names, limits::PATTERNS, limits::PATTERN_BYTES, field);
        Ok(Self {
            age,
            name: text(group.name, "groups.name")?,
            devices: patterns(group.devices, "groups.devices")?,
            users: patterns(group.users, "groups.users")?,
            categories: group.categories.map(|some| categories(some.ids)).transpose()?,
            sources: group.sources.map(|some| sources_of(some.sources)).transpose()?,
            hours: group.hours.map(|some| hours_of(some.spans)).transpose()?,
            subject,
        })
    }
}

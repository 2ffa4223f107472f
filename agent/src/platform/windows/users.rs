//! Accounts that the device itself keeps, and their password policy.

use std::io;
use std::ptr;
use std::time::Duration;

use jiff::Timestamp;
use windows_sys::Win32::NetworkManagement::NetManagement::{
    FILTER_NORMAL_ACCOUNT, NetUserEnum, NetUserGetInfo, NetUserModalsGet, USER_INFO_0, USER_INFO_4, USER_MODALS_INFO_0,
};

use super::net::{ALL, Answer};
use super::sids::text_of;
use super::text::{of_pointer, wide};
use crate::host::windows::LocalUser;
use crate::platform::raw::password_age;

/// All of them.
#[expect(unsafe_code, reason = "the account database is reached through the system's own calls")]
pub(super) fn all() -> io::Result<Vec<LocalUser>> {
    let answers = Answer::all(|(buffer, entries, in_all, resume)| {
        let mut next = u32::try_from(*resume).unwrap_or_default();
        let (none, people) = (ptr::null(), FILTER_NORMAL_ACCOUNT);
        // SAFETY: every pointer leads to a place of its type that outlives the call.
        let code = unsafe { NetUserEnum(none, 0, people, buffer, ALL, entries, in_all, &raw mut next) };
        *resume = usize::try_from(next).unwrap_or_default();
        code
    })?;
    let mut users = Vec::new();
    for answer in &answers {
        // SAFETY: level 0 was asked for, and its names are texts in the same buffer.
        for entry in unsafe { answer.structures::<USER_INFO_0>() } {
            // SAFETY: as above.
            users.extend(user(&unsafe { of_pointer(entry.usri0_name) })?);
        }
    }
    Ok(users)
}

/// `None` when it was deleted since it was listed.
#[expect(unsafe_code, reason = "the account database is reached through the system's own calls")]
fn user(name: &str) -> io::Result<Option<LocalUser>> {
    let wanted = wide(name)?;
    // SAFETY: the name ends with a NUL, and the call fills in one pointer.
    let answer = Answer::one(|buffer| unsafe { NetUserGetInfo(ptr::null(), wanted.as_ptr(), 4, buffer) })?;
    // SAFETY: level 4 was asked for, and its identifier lies in the same buffer.
    let Some(told) = (unsafe { answer.structures::<USER_INFO_4>() }).first() else { return Ok(None) };
    let expired = told.usri4_password_expired != 0;
    Ok(Some(LocalUser {
        name: name.to_owned(),
        // SAFETY: as above.
        sid: unsafe { text_of(told.usri4_user_sid) }?,
        flags: told.usri4_flags,
        password_age: password_age::age(told.usri4_password_age, expired),
        last_logon: Some(told.usri4_last_logon)
            .filter(|seconds| *seconds != 0)
            .and_then(|seconds| Timestamp::from_second(seconds.into()).ok()),
    }))
}

/// After how long their password must be changed; `None` for never.
#[expect(unsafe_code, reason = "the account database is reached through the system's own calls")]
pub(super) fn password_max_age() -> io::Result<Option<Duration>> {
    // SAFETY: the call fills in one pointer.
    let answer = Answer::one(|buffer| unsafe { NetUserModalsGet(ptr::null(), 0, buffer) })?;
    // SAFETY: level 0 was asked for.
    let policy = unsafe { answer.structures::<USER_MODALS_INFO_0>() }.first();
    Ok(policy.and_then(|policy| password_age::longest(policy.usrmod0_max_passwd_age)))
}

//! Members of the local group of administrators, whatever it is called in this language.

use std::io;
use std::ptr;

use windows_sys::Win32::NetworkManagement::NetManagement::{
    LOCALGROUP_MEMBERS_INFO_2, NetLocalGroupGetMembers, NetUserModalsGet, USER_MODALS_INFO_2,
};
use windows_sys::Win32::Security::{SidTypeAlias, SidTypeGroup, SidTypeWellKnownGroup};

use super::net::{ALL, Answer};
use super::sids::{account_of, text_of};
use super::text::{of_pointer, wide};
use crate::host::profiles::is_person;
use crate::host::windows::Member;

const GROUP: &str = "S-1-5-32-544";

/// All of them, groups as groups, and those whose name nobody knows.
#[expect(unsafe_code, reason = "the account database is reached through the system's own calls")]
pub(super) fn all() -> io::Result<Vec<Member>> {
    let group = account_of(GROUP)?.ok_or_else(|| io::Error::other("the group of administrators has no name"))?;
    let group = wide(&group)?;
    let own = device_sid()?;
    let answers = Answer::all(|(buffer, entries, in_all, resume)| {
        // SAFETY: every pointer leads to a place of its type that outlives the call.
        unsafe { NetLocalGroupGetMembers(ptr::null(), group.as_ptr(), 2, buffer, ALL, entries, in_all, resume) }
    })?;
    let mut members = Vec::new();
    for answer in &answers {
        // SAFETY: level 2 was asked for, and what its entries point at lies in the same buffer.
        for entry in unsafe { answer.structures::<LOCALGROUP_MEMBERS_INFO_2>() } {
            // SAFETY: as above.
            let (sid, name) = unsafe { (text_of(entry.lgrmi2_sid)?, of_pointer(entry.lgrmi2_domainandname)) };
            let group = [SidTypeGroup, SidTypeAlias, SidTypeWellKnownGroup].contains(&entry.lgrmi2_sidusage);
            let domain = is_person(&sid) && !sid.starts_with(&format!("{own}-"));
            let name = if name.trim_matches('\\').is_empty() { sid.clone() } else { name };
            members.push(Member { name, sid, group, domain });
        }
    }
    Ok(members)
}

/// The security identifier that those of the device's own accounts begin with.
#[expect(unsafe_code, reason = "the account database is reached through the system's own calls")]
fn device_sid() -> io::Result<String> {
    // SAFETY: the call fills in one pointer.
    let answer = Answer::one(|buffer| unsafe { NetUserModalsGet(ptr::null(), 2, buffer) })?;
    // SAFETY: level 2 was asked for, and its identifier lies in the same buffer.
    let told = unsafe { answer.structures::<USER_MODALS_INFO_2>() }.first();
    let told = told.ok_or_else(|| io::Error::other("the device has no security identifier"))?;
    // SAFETY: as above.
    unsafe { text_of(told.usrmod2_domain_id) }
}

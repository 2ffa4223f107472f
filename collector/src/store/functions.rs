//! What queries ask of us because SQL cannot know it: functions of the connections that read.

use caretaker_shared::model::{Facts, Requirement};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::{StoreError, facts};

/// Teaches a connection `system_of(facts)`, the operating system that a reading of the host names, and
/// `title_of(requirement)`; both are empty for what is not known.
pub(super) fn teach(connection: &Connection) -> Result<(), StoreError> {
    let pure = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("system_of", 1, pure, |call| {
        let facts: Option<Vec<u8>> = call.get(0)?;
        Ok(facts.map(|facts| operating_system(&facts)).unwrap_or_default())
    })?;
    connection.create_scalar_function("title_of", 1, pure, |call| {
        let id: String = call.get(0)?;
        Ok(Requirement::parse(&id).map(Requirement::title).unwrap_or_default())
    })?;
    Ok(())
}

/// The operating system that a reading of the host names.
pub(super) fn operating_system(facts: &[u8]) -> String {
    if let Some(Facts::Host(host)) = facts::decode(facts) { host.os } else { String::new() }
}

//! Local accounts.

use caretaker_proto::agent::v1 as proto;

use crate::model::{LocalAccount, PasswordEnds, PasswordState};
use crate::wire::common::{WireError, fit_text, maybe_timestamp, text, unix_ms};

impl From<&LocalAccount> for proto::LocalAccount {
    fn from(account: &LocalAccount) -> Self {
        let (password, reason) = match &account.password {
            PasswordState::Set => (proto::PasswordState::Set, ""),
            PasswordState::None => (proto::PasswordState::None, ""),
            PasswordState::NotRequired => (proto::PasswordState::NotRequired, ""),
            PasswordState::Locked => (proto::PasswordState::Locked, ""),
            PasswordState::Unknown(reason) => (proto::PasswordState::Unknown, reason.as_str()),
        };
        Self {
            name: fit_text(&account.name),
            directory: account.directory,
            group: account.group,
            enabled: account.enabled,
            administrator: account.administrator,
            password: password.into(),
            password_reason: fit_text(reason),
            password_set_unix_ms: account.password_set_at.map(unix_ms),
            password_ends: Some((&account.password_ends).into()),
            last_login_unix_ms: account.last_login_at.map(unix_ms),
        }
    }
}

impl TryFrom<proto::LocalAccount> for LocalAccount {
    type Error = WireError;

    fn try_from(account: proto::LocalAccount) -> Result<Self, WireError> {
        let password = match account.password() {
            proto::PasswordState::Set => PasswordState::Set,
            proto::PasswordState::None => PasswordState::None,
            proto::PasswordState::NotRequired => PasswordState::NotRequired,
            proto::PasswordState::Locked => PasswordState::Locked,
            proto::PasswordState::Unknown => PasswordState::Unknown(text(account.password_reason, "password_reason")?),
            proto::PasswordState::Unspecified => return Err(WireError::Unknown("password")),
        };
        Ok(Self {
            name: text(account.name, "name")?,
            directory: account.directory,
            group: account.group,
            enabled: account.enabled,
            administrator: account.administrator,
            password,
            password_set_at: maybe_timestamp(account.password_set_unix_ms, "password_set_unix_ms")?,
            password_ends: account.password_ends.ok_or(WireError::Missing("password_ends"))?.try_into()?,
            last_login_at: maybe_timestamp(account.last_login_unix_ms, "last_login_unix_ms")?,
        })
    }
}

impl From<&PasswordEnds> for proto::PasswordEnds {
    fn from(ends: &PasswordEnds) -> Self {
        use proto::password_ends::Ends;
        let ends = match ends {
            PasswordEnds::Days(days) => Ends::Days(*days),
            PasswordEnds::Never => Ends::Never(true),
            PasswordEnds::Unknown(reason) => Ends::Unknown(fit_text(reason)),
        };
        Self { ends: Some(ends) }
    }
}

impl TryFrom<proto::PasswordEnds> for PasswordEnds {
    type Error = WireError;

    fn try_from(ends: proto::PasswordEnds) -> Result<Self, WireError> {
        use proto::password_ends::Ends;
        Ok(match ends.ends.ok_or(WireError::Missing("password_ends"))? {
            Ends::Days(days) => Self::Days(days),
            Ends::Never(_) => Self::Never,
            Ends::Unknown(reason) => Self::Unknown(text(reason, "password_ends")?),
        })
    }
}

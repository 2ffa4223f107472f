//! The account at the other end of the socket, as the kernel says.

use tonic::Status;
use tonic::transport::server::UdsConnectInfo;

use super::peer::Operator;

/// The account of the machine's administrator.
const ROOT: u32 = 0;

/// The administrator who calls over the socket.
///
/// # Errors
/// PERMISSION_DENIED for anyone but root and the account that the collector runs under.
pub(super) fn administrator(connection: &UdsConnectInfo) -> Result<Operator, Status> {
    let caller = connection.peer_cred.map(|peer| peer.uid());
    let own = rustix::process::geteuid().as_raw();
    match caller {
        Some(uid) if may(uid, own) => Ok(Operator::administrator(account(uid))),
        Some(_) | None => {
            tracing::warn!(caller.uid = caller, "an operator's call was refused");
            let and_own = if own == ROOT { String::new() } else { format!(" and {}", account(own)) };
            Err(Status::permission_denied(format!(
                "only root{and_own} may speak with the collector on this machine\n  run the command with sudo"
            )))
        }
    }
}

fn may(uid: u32, own: u32) -> bool {
    uid == ROOT || uid == own
}

/// Name of an account of this machine, else its number.
fn account(uid: u32) -> String {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_in(&accounts, uid).map_or_else(|| format!("account {uid}"), ToOwned::to_owned)
}

/// A line is "name:password:uid:...".
fn name_in(accounts: &str, uid: u32) -> Option<&str> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use tonic::transport::server::UdsConnectInfo;

    use super::{administrator, may, name_in};

    #[test]
    fn lets_in_root_and_the_own_account_only() {
        assert!(may(0, 990));
        assert!(may(990, 990));
        assert!(!may(1000, 990));
        assert!(!may(1000, 0));
    }

    #[test]
    fn refuses_a_caller_whom_the_kernel_does_not_name() {
        let refusal = administrator(&UdsConnectInfo { peer_addr: None, peer_cred: None }).expect_err("nobody called");
        assert_eq!(refusal.code(), tonic::Code::PermissionDenied);
    }

    #[test]
    fn reads_the_list_of_accounts() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\ncaretaker:x:990:990::/nowhere:/bin/false\nbroken\n";
        assert_eq!(name_in(accounts, 990), Some("caretaker"));
        assert_eq!(name_in(accounts, 1), None);
    }
}

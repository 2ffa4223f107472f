//! Who calls: somebody with an operator's certificate, or the administrator at the collector's own machine.

use caretaker_shared::model::{OperatorId, Role};
use tonic::{Request, Status};

use super::permissions::Permission;
use crate::audit;
use crate::store::SiteScope;

/// Who makes a call. The guard before all services has made sure of it; no call is answered without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operator {
    /// Absent for the administrator of the collector's machine.
    pub(crate) id: Option<OperatorId>,
    /// "Anna Example"; of the machine's administrator, the account.
    pub(crate) name: String,
    /// Of the machine's administrator: network manager.
    pub(crate) role: Role,
    /// As the audit chain names them: "Anna Example (safeguarding lead)", "root on this machine".
    pub(crate) actor: String,
    /// Of the certificate that the call is made with; absent for the machine's administrator.
    pub(super) serial: Option<Vec<u8>>,
    sites: SiteScope,
}

impl Operator {
    /// Somebody with a certificate.
    pub(super) fn certified(id: OperatorId, serial: Vec<u8>, name: String, role: Role, sites: SiteScope) -> Self {
        let actor = audit::operator(&name, role);
        Self { id: Some(id), name, role, actor, serial: Some(serial), sites }
    }

    /// The administrator of the collector's machine, who works under this account.
    pub(super) fn administrator(account: String) -> Self {
        let actor = format!("{account} on this machine");
        Self { id: None, name: account, role: Role::NetworkManager, actor, serial: None, sites: SiteScope::all() }
    }

    /// The operator who makes this call.
    ///
    /// # Errors
    /// PERMISSION_DENIED when the guard let nobody in.
    pub(crate) fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        let nobody = || Status::permission_denied("nobody is known to make this call");
        request.extensions().get::<Self>().cloned().ok_or_else(nobody)
    }

    /// Makes sure that this operator may do something.
    ///
    /// # Errors
    /// PERMISSION_DENIED, saying who may; the guard writes the attempt to the audit chain.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), Status> {
        if self.may(permission) {
            return Ok(());
        }
        let who = match self.id {
            Some(_) => format!("{} as {}", self.name, self.role),
            None => "the administrator of this machine".to_owned(),
        };
        let roles: Vec<&str> = permission.roles().iter().map(|role| role.title()).collect();
        let those =
            if roles.is_empty() { "the administrator of the collector's machine".into() } else { roles.join(", ") };
        Err(Status::permission_denied(format!("{who} may not {}\n  this is for:  {those}", permission.what())))
    }

    /// Whether this operator may do something.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        match self.id {
            Some(_) => permission.is_of(self.role),
            None => permission.is_of_administrator(),
        }
    }

    /// The sites that this operator sees. Every answer is made of these alone, counts included.
    pub(crate) fn sites(&self) -> &SiteScope {
        &self.sites
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{OperatorId, Role};
    use tonic::{Code, Request};

    use super::Operator;
    use crate::console::permissions::{Permission, all};
    use crate::store::SiteScope;

    #[test]
    fn a_call_that_the_guard_let_nobody_make_is_refused() {
        let refusal = Operator::of(&Request::new(())).expect_err("nobody called");
        assert_eq!(refusal.code(), Code::PermissionDenied);
    }

    #[test]
    fn a_refusal_says_who_may() {
        let name = "Bea Example".to_owned();
        let business =
            Operator::certified(OperatorId::random(), Vec::new(), name, Role::BusinessManager, SiteScope::all());
        let refusal = business.require(Permission::DevicesRead).expect_err("not hers");
        assert_eq!(refusal.code(), Code::PermissionDenied);
        assert_eq!(
            refusal.message(),
            "Bea Example as business manager may not see single devices\n  this is for:  network manager, technician"
        );
        let refusal = business.require(Permission::OperatorsManage).expect_err("not hers");
        assert!(refusal.message().ends_with("this is for:  the administrator of the collector's machine"));
    }

    #[test]
    fn the_administrator_is_a_network_manager_who_lets_people_and_devices_in() {
        let root = Operator::administrator("root".into());
        let manager =
            Operator::certified(OperatorId::random(), Vec::new(), "N".into(), Role::NetworkManager, SiteScope::all());
        for permission in all() {
            let more = [Permission::OperatorsManage, Permission::TokensCreate].contains(&permission);
            assert_eq!(root.may(permission), manager.may(permission) || more, "{}", permission.what());
        }
    }
}

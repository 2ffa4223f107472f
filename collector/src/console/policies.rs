//! Calls about policies, and the sites that begin with them.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::policy::Policy;

use super::Context;
use super::peer::Operator;
use super::refusal::Refusal;
use crate::store::StoreError;

/// Largest policy file: what is made of it must fit a message to a device.
pub(crate) const TOML_BYTES: usize = 64 * 1024;
/// Longest name of a site, in letters.
const SITE_LETTERS: usize = 64;

pub(super) async fn apply(
    context: &Context,
    request: proto::ApplyPolicyRequest,
    operator: &Operator,
) -> Result<proto::ApplyPolicyResponse, Refusal> {
    let site = request.site.trim();
    if site.is_empty() || site.chars().count() > SITE_LETTERS || site.chars().any(char::is_control) {
        return Err(Refusal::Field {
            field: "site",
            problem: "is not a name that a site can have",
            remedy: "1 to 64 letters, for example: --site North",
        });
    }
    if request.toml.len() > TOML_BYTES {
        return Err(Refusal::Field {
            field: "policy",
            problem: "is too large",
            remedy: "at most 64 KiB; nothing was changed",
        });
    }
    if let Err(error) = Policy::accept(&request.toml, Some(site)) {
        let before = context.store.site_policy(site).await?.filter(|_| operator.sites().holds(site));
        return Err(Refusal::Policy { error, version: before.map_or(0, |policy| policy.version) });
    }
    may_change(context, site, operator).await?;
    let now = context.clock.now();
    let applied = context.store.apply_policy(site, &request.toml, &operator.actor, now).await?;
    // Also when nothing changed: an earlier call may have broken off before all devices were judged. In a task of its
    // own, so that this one's deadline does not leave half of a large site judged by the policy before.
    let (store, judged) = (context.store.clone(), applied.site.clone());
    let judging = tokio::spawn(async move { store.rejudge_site(&judged, now).await });
    judging.await.map_err(|_| StoreError::Stumbled)??;
    Ok(proto::ApplyPolicyResponse {
        site: applied.site,
        version: applied.version,
        changed: applied.changed,
        devices: applied.devices,
    })
}

pub(super) async fn show(
    context: &Context,
    request: proto::GetPolicyRequest,
    operator: &Operator,
) -> Result<proto::GetPolicyResponse, Refusal> {
    let found = context.store.site_policy(&request.site).await?;
    let Some(policy) = found.filter(|policy| operator.sites().holds(&policy.site)) else {
        return Err(no_site(context, request.site, operator).await);
    };
    Ok(proto::GetPolicyResponse {
        site: policy.site,
        version: policy.version,
        toml: policy.toml,
        applied_at: policy.applied_at.to_string(),
        applied_by: policy.applied_by,
    })
}

/// A new site can be begun by those alone who see every site, and be changed by those who see it.
async fn may_change(context: &Context, site: &str, operator: &Operator) -> Result<(), Refusal> {
    if operator.sites().holds(site) { Ok(()) } else { Err(no_site(context, site.to_owned(), operator).await) }
}

/// The site as a filter: `None` when none is named.
pub(super) async fn known_site(context: &Context, site: &str, operator: &Operator) -> Result<Option<String>, Refusal> {
    if site.is_empty() {
        return Ok(None);
    }
    let known = seen_sites(context, operator).await?;
    match known.iter().find(|name| name.eq_ignore_ascii_case(site)) {
        Some(name) => Ok(Some(name.clone())),
        None => Err(Refusal::NoSite { site: site.to_owned(), known }),
    }
}

/// Names of the sites that an operator sees, sorted.
pub(super) async fn seen_sites(context: &Context, operator: &Operator) -> Result<Vec<String>, Refusal> {
    let all = context.store.site_names().await?;
    Ok(all.into_iter().filter(|site| operator.sites().holds(site)).collect())
}

/// The refusal for a site that does not exist, or not for this operator, naming those that do.
pub(super) async fn no_site(context: &Context, site: String, operator: &Operator) -> Refusal {
    match seen_sites(context, operator).await {
        Ok(known) => Refusal::NoSite { site, known },
        Err(refusal) => refusal,
    }
}

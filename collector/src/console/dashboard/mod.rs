//! Calls of the dashboard: every number of its front page at once, and the devices behind one of them.
//!
//! Both count with the same words (`bands`), so that as many devices are listed as were counted a moment before.

mod bands;
mod behind;
mod front;
mod groups;
mod licences;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::dashboard_server::Dashboard;
use caretaker_shared::policy::Policy;
use jiff::{SignedDuration, Timestamp};
use tonic::{Request, Response, Status};

use super::peer::Operator;
use super::permissions::Permission;
use super::refusal::Refusal;
use super::{Context, alerts, policies, status};
use crate::store::SiteScope;
use crate::store::estate::{Estate, Remembered};

/// The service.
pub(super) struct DashboardService {
    context: Arc<Context>,
    remembered: Arc<Remembered>,
}

/// The estate as one operator sees it, with what is needed to judge it.
struct Scene {
    estate: Estate,
    /// Of each site, in the order of the estate's.
    rules: Vec<SiteRules>,
    now: Timestamp,
    /// Every group that the policies of these sites name, sorted.
    groups: Vec<String>,
    /// The group that was asked for, as it was written first; empty for all.
    group: String,
}

/// What the policy of a site says about its devices.
struct SiteRules {
    silence: SignedDuration,
    /// `None` for a site without one.
    policy: Option<Policy>,
}

impl DashboardService {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self { context, remembered: Arc::default() }
    }

    /// The estate at the site that was asked for, or at all that the operator sees, or the devices of a group there; and
    /// the site's name.
    async fn scene(&self, site: &str, group: &str, operator: &Operator) -> Result<(Scene, String), Refusal> {
        let context = &self.context;
        let mut sight = alerts::sight(operator);
        let site = policies::known_site(context, site, operator).await?;
        if let Some(site) = &site {
            sight.sites = context.store.scope_of(site.clone()).await?;
        }
        let now = context.clock.now();
        let today = now.to_zoned(context.zone.clone()).start_of_day().map_or(now, |midnight| midnight.timestamp());
        let asked = Some(group.to_owned()).filter(|group| !group.is_empty());
        let estate = context.store.estate(sight, asked, today, self.remembered.clone()).await?;
        let rules = estate
            .sites
            .iter()
            .map(|site| SiteRules { silence: status::silence(site), policy: Policy::parse(&site.policy).ok() });
        let rules: Vec<SiteRules> = rules.collect();
        let groups = groups::named(&rules);
        let group = groups::known(&groups, group)?;
        Ok((Scene { rules, estate, now, groups, group }, site.unwrap_or_default()))
    }

    /// Names of the sites that an operator sees, sorted.
    async fn sites(&self, scope: &SiteScope) -> Result<Vec<String>, Refusal> {
        let all = self.context.store.site_names().await?;
        Ok(all.into_iter().filter(|site| scope.holds(site)).collect())
    }
}

#[tonic::async_trait]
impl Dashboard for DashboardService {
    async fn get_dashboard(
        &self,
        request: Request<proto::GetDashboardRequest>,
    ) -> Result<Response<proto::GetDashboardResponse>, Status> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::StatusRead)?;
        let asked = request.get_ref();
        let (scene, site) = self.scene(&asked.site, &asked.group, &operator).await?;
        let sites = self.sites(operator.sites()).await?;
        let licences = if operator.may(Permission::LicencesRead) {
            Some(
                licences::position(&self.context, &operator, Some(site.clone()).filter(|site| !site.is_empty()))
                    .await?,
            )
        } else {
            None
        };
        let page = front::page(&self.context, &scene, &operator);
        let Scene { groups, group, .. } = scene;
        Ok(Response::new(proto::GetDashboardResponse { site, sites, licences, group, groups, ..page }))
    }

    async fn list_behind(
        &self,
        request: Request<proto::ListBehindRequest>,
    ) -> Result<Response<proto::ListBehindResponse>, Status> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::DevicesRead)?;
        let asked = request.get_ref();
        let number = behind::number(&asked.number)?;
        if number == behind::Number::Executables {
            operator.require(Permission::ExecutablesRead)?;
        }
        let (scene, _) = self.scene(&asked.site, &asked.group, &operator).await?;
        Ok(Response::new(behind::list(&self.context, &scene, number, &operator).await?))
    }
}

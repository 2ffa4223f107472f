//! Calls about titles and the rules that lead to them.

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::catalogue_server::Catalogue as Calls;
use caretaker_shared::digest::Sha256;
use tonic::{Request, Response, Status};

use super::devices::one;
use super::paging::{Asked, cut};
use super::peer::Operator;
use super::permissions::Permission;
use super::refusal::Refusal;
use super::{Context, entries};
use crate::catalogue::{Catalogue, RuleFile};
use crate::store::titles::{MostKey, RawName, TitleDetail, TitleFilter, TitleKey, TitleRow};

/// Largest file of rules that is taken in.
pub(crate) const TOML_BYTES: usize = 256 * 1024;
/// Raw names of one title.
const NAMES: usize = 100;
/// Devices that one call of a replay brings in line.
const REPLAYED: usize = 200;

/// The service.
pub(super) struct CatalogueService(Arc<Context>);

impl CatalogueService {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    async fn list(
        &self,
        request: proto::ListTitlesRequest,
        operator: &Operator,
    ) -> Result<proto::ListTitlesResponse, Refusal> {
        let page = request.page;
        let known = match request.known.as_str() {
            "" => None,
            "known" => Some(true),
            "unknown" => Some(false),
            _ => {
                let (problem, remedy) = ("is no word for this", "one of:  known, unknown, or nothing for both");
                return Err(Refusal::Field { field: "known", problem, remedy });
            }
        };
        let device = match request.device.as_str() {
            "" => None,
            _ => Some(one(&self.0, request.device, operator).await?),
        };
        let filter = TitleFilter {
            sites: operator.sites().clone(),
            text: request.text,
            category: request.category,
            installed_only: request.installed_only,
            known,
            device,
        };
        if known == Some(false) && filter.device.is_none() {
            let asked: Asked<MostKey> = Asked::read(page)?;
            let limit = asked.limit();
            let rows = self.0.store.most_titles(filter, asked.after, limit).await?;
            let key = |row: &TitleRow| (row.devices, row.name.clone(), row.row);
            let (titles, next_page) = cut(rows, asked.size, key, title);
            return Ok(proto::ListTitlesResponse { titles, next_page });
        }
        let asked: Asked<TitleKey> = Asked::read(page)?;
        let limit = asked.limit();
        let rows = self.0.store.list_titles(filter, asked.after, limit).await?;
        let (titles, next_page) = cut(rows, asked.size, |row: &TitleRow| (row.name.clone(), row.row), title);
        Ok(proto::ListTitlesResponse { titles, next_page })
    }

    async fn show(
        &self,
        request: proto::GetTitleRequest,
        operator: &Operator,
    ) -> Result<proto::GetTitleResponse, Refusal> {
        let today = self.0.clock.now().to_zoned(self.0.zone.clone()).date().to_string();
        let found = self.0.store.title_detail(&request.title, operator.sites(), &today).await?;
        let Some(TitleDetail { title: row, sites, raw_names, looked_at, proposal }) = found else {
            return Err(Refusal::NoTitle(request.title));
        };
        let catalogue = self.0.store.catalogue();
        let (rule, file, own) = match catalogue.title(&row.slug) {
            Some(known) => (known.rule.clone(), known.file.clone(), known.own),
            None => (proposal, String::new(), false),
        };
        let sites = sites.into_iter().map(|site| proto::TitleSite { site: site.site, devices: site.devices });
        Ok(proto::GetTitleResponse {
            title: Some(title(row)),
            rule,
            file,
            own,
            sites: sites.collect(),
            raw_names: raw_names.into_iter().take(NAMES).map(raw_name).collect(),
            looked_at,
        })
    }

    async fn add(&self, request: proto::AddRulesRequest, operator: &Operator) -> Result<proto::RulesChanged, Refusal> {
        everywhere(operator)?;
        if request.toml.len() > TOML_BYTES {
            let (problem, remedy) = ("is too large", "at most 256 KiB; nothing was changed");
            return Err(Refusal::Field { field: "the file of rules", problem, remedy });
        }
        let come = RuleFile { name: "the file".into(), text: request.toml }.apart().map_err(Refusal::Rules)?;
        if come.is_empty() {
            let (problem, remedy) = ("holds no rule", "begin one with [[title]]; nothing was changed");
            return Err(Refusal::Field { field: "the file of rules", problem, remedy });
        }
        let mut files = self.own()?;
        for (slug, file) in &come {
            // A rule that stands in a file with others gives way there.
            files = without(files, slug)?;
            files.push(file.clone());
        }
        let slugs: Vec<String> = come.into_iter().map(|(slug, _)| slug).collect();
        self.change(files, slugs, "catalogue.add", request.dry_run, operator).await
    }

    async fn remove(
        &self,
        request: proto::RemoveRuleRequest,
        operator: &Operator,
    ) -> Result<proto::RulesChanged, Refusal> {
        everywhere(operator)?;
        if !self.0.store.catalogue().title(&request.slug).is_some_and(|title| title.own) {
            return Err(Refusal::NoOwnRule(request.slug));
        }
        let files = without(self.own()?, &request.slug)?;
        self.change(files, vec![request.slug], "catalogue.remove", request.dry_run, operator).await
    }

    /// Uses these own rules from now on, or says what that would change.
    async fn change(
        &self,
        files: Vec<RuleFile>,
        slugs: Vec<String>,
        action: &'static str,
        dry_run: bool,
        operator: &Operator,
    ) -> Result<proto::RulesChanged, Refusal> {
        let catalogue = Arc::new(Catalogue::with(&files).map_err(Refusal::Rules)?);
        let effects = self.0.store.effect_of(catalogue.clone()).await?;
        if !dry_run {
            self.0.store.write_down_rules(action, &slugs, &operator.actor, self.0.clock.now()).await?;
            self.keep(&files)?;
            self.0.store.use_catalogue(catalogue);
        }
        let effects = effects.into_iter().map(|effect| proto::TitleEffect {
            slug: effect.slug,
            name: effect.name,
            devices_before: effect.before,
            devices_after: effect.after,
        });
        Ok(proto::RulesChanged { slugs, effects: effects.collect() })
    }

    fn own(&self) -> Result<Vec<RuleFile>, Refusal> {
        self.0.rules.read().map_err(unusable)
    }

    /// Writes what is new, then removes what is gone: whatever breaks off, no rule is lost.
    fn keep(&self, files: &[RuleFile]) -> Result<(), Refusal> {
        let before = self.own()?;
        let new: Vec<RuleFile> = files.iter().filter(|file| !before.contains(file)).cloned().collect();
        self.0.rules.keep(&new).map_err(unusable)?;
        for gone in before.iter().filter(|held| !files.iter().any(|file| file.name == held.name)) {
            self.0.rules.remove(&gone.name).map_err(unusable)?;
        }
        Ok(())
    }

    async fn replay(&self, after: &str) -> Result<proto::ReplayCatalogueResponse, Refusal> {
        let now_used = self.0.store.catalogue().digest();
        let (last, by) = cursor(after).unwrap_or((0, now_used));
        let chunk = self.0.store.replay_some(last, REPLAYED, by, self.0.clock.now()).await?;
        let after = if chunk.left == 0 { String::new() } else { format!("{} {by}", chunk.last) };
        Ok(proto::ReplayCatalogueResponse {
            after,
            devices: chunk.devices,
            left: chunk.left,
            came: chunk.moved.came,
            went: chunk.moved.went,
            changed: chunk.moved.changed,
        })
    }
}

/// Where a replay goes on, and with which catalogue it was begun.
fn cursor(after: &str) -> Option<(i64, Sha256)> {
    let (last, by) = after.split_once(' ')?;
    let by = data_encoding::HEXLOWER.decode(by.as_bytes()).ok()?;
    Some((last.parse().ok()?, Sha256::from_slice(&by)?))
}

/// Rules hold for every site, so that only those who see every site change them.
fn everywhere(operator: &Operator) -> Result<(), Refusal> {
    if operator.sites().is_all() {
        return Ok(());
    }
    let problem = "hold for every site, and you see some of them";
    Err(Refusal::Field { field: "rules", problem, remedy: "ask somebody who looks after all sites" })
}

/// The files without the rule of a slug.
fn without(files: Vec<RuleFile>, slug: &str) -> Result<Vec<RuleFile>, Refusal> {
    let mut kept = Vec::with_capacity(files.len());
    for file in files {
        let rules = file.apart().map_err(Refusal::Rules)?;
        if rules.iter().any(|(held, _)| held == slug) {
            kept.extend(rules.into_iter().filter(|(held, _)| held != slug).map(|(_, file)| file));
        } else {
            kept.push(file);
        }
    }
    Ok(kept)
}

fn unusable(error: std::io::Error) -> Refusal {
    tracing::error!(%error, "the school's own rules of titles cannot be read or written");
    Refusal::RuleFiles
}

fn title(row: TitleRow) -> proto::CatalogueTitle {
    let [edition, major, evidence] = row.on_device;
    proto::CatalogueTitle {
        slug: row.slug,
        name: row.name,
        publisher: row.publisher,
        category: row.category,
        licensing: row.licensing,
        suite: row.suite,
        known: row.known,
        devices: row.devices,
        edition,
        major,
        evidence,
    }
}

fn raw_name(raw: RawName) -> proto::RawName {
    proto::RawName { name: raw.name, publisher: raw.publisher, source: raw.source, devices: raw.devices }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Calls for CatalogueService {
    async fn list_titles(&self, request: Request<proto::ListTitlesRequest>) -> Answer<proto::ListTitlesResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::SoftwareRead)?;
        if !request.get_ref().device.is_empty() {
            operator.require(Permission::DevicesRead)?;
        }
        Ok(Response::new(self.list(request.into_inner(), &operator).await?))
    }

    async fn get_title(&self, request: Request<proto::GetTitleRequest>) -> Answer<proto::GetTitleResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::SoftwareRead)?;
        Ok(Response::new(self.show(request.into_inner(), &operator).await?))
    }

    async fn add_rules(&self, request: Request<proto::AddRulesRequest>) -> Answer<proto::RulesChanged> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::LicencesChange)?;
        Ok(Response::new(self.add(request.into_inner(), &operator).await?))
    }

    async fn remove_rule(&self, request: Request<proto::RemoveRuleRequest>) -> Answer<proto::RulesChanged> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::LicencesChange)?;
        Ok(Response::new(self.remove(request.into_inner(), &operator).await?))
    }

    async fn replay_catalogue(
        &self,
        request: Request<proto::ReplayCatalogueRequest>,
    ) -> Answer<proto::ReplayCatalogueResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::LicencesChange)?;
        Ok(Response::new(self.replay(&request.into_inner().after).await?))
    }

    async fn list_entries(&self, request: Request<proto::ListEntriesRequest>) -> Answer<proto::ListEntriesResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::SoftwareRead)?;
        if !request.get_ref().device.is_empty() {
            operator.require(Permission::DevicesRead)?;
        }
        Ok(Response::new(entries::list(&self.0, request.into_inner(), &operator).await?))
    }

    async fn try_entries(&self, request: Request<proto::TryEntriesRequest>) -> Answer<proto::TryEntriesResponse> {
        Operator::of(&request)?.require(Permission::SoftwareRead)?;
        Ok(Response::new(entries::tried(&self.0, request.get_ref())?))
    }
}

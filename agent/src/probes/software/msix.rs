//! Applications from the Store and their like: packages that are installed for each user apart.
//!
//! Of users who are logged on their own registry tells, and how the packages are called. That part of it lies in
//! `UsrClass.dat`, which is never touched while its user is away; for those the machine keeps a list of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::rc::Rc;

use caretaker_shared::model::{SoftwareTitle, TitleKind};
use jiff::Timestamp;

use super::listing::Listing;
use super::remembered::{Described, Kept};
use super::{manifest, python};
use crate::host::hive::filetime;
use crate::host::windows::{Key, Registry, RegistryValue, Windows};
use crate::host::{Host, if_there};

const REPOSITORY: &str =
    r"Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository";
const FOR_ALL: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore";
/// Packages that every new user gets: brought along by the school or the maker, and by Windows.
const PROVISIONED: [&str; 2] = ["Applications", "InboxApplications"];
/// Packages of one user; Windows alone has about a hundred.
const PACKAGES: usize = 5_000;
const MANIFEST_BYTES: u64 = 1024 * 1024;

/// A package's full name: `Name_Version_Architecture_Resource_Publisher`.
struct FullName<'text> {
    text: &'text str,
    name: &'text str,
    version: &'text str,
    architecture: &'static str,
    resource: &'text str,
    publisher: &'text str,
}

impl<'text> FullName<'text> {
    fn parse(text: &'text str) -> Option<Self> {
        let parts: Vec<&str> = text.split('_').collect();
        let [name, version, architecture, resource, publisher] = parts[..] else { return None };
        let architecture = match architecture.to_ascii_lowercase().as_str() {
            "x64" => "amd64",
            "x86" => "x86",
            "arm64" => "arm64",
            "arm" => "arm",
            "neutral" => "all",
            _ => "",
        };
        let whole = !name.is_empty() && !version.is_empty() && !publisher.is_empty();
        whole.then_some(Self { text, name, version, architecture, resource, publisher })
    }

    /// The same in every version.
    fn family(&self) -> String {
        format!("{}_{}", self.name, self.publisher)
    }

    /// Whether it only holds texts or pictures of another package.
    fn is_part(&self) -> bool {
        !self.resource.is_empty() && self.resource != "~" && self.resource != "neutral"
    }
}

/// Where packages are looked up, and what is known of them already.
pub(super) struct Packages<'machine> {
    pub(super) host: &'machine dyn Host,
    pub(super) windows: &'machine dyn Windows,
    pub(super) kept: &'machine mut Kept,
    /// Titles by family, for lists that know no more than a package's full name.
    families: BTreeMap<String, Described>,
    for_all: Option<Rc<BTreeSet<String>>>,
}

/// What one list says of a package besides its full name.
#[derive(Default)]
struct Listed {
    name: String,
    folder: String,
    installed_at: Option<Timestamp>,
}

impl<'machine> Packages<'machine> {
    pub(super) fn of(host: &'machine dyn Host, windows: &'machine dyn Windows, kept: &'machine mut Kept) -> Self {
        Self { host, windows, kept, families: BTreeMap::new(), for_all: None }
    }

    /// Adds those of a user who is logged on.
    pub(super) fn of_user(&mut self, sid: &str, user: &str, listing: &mut Listing) {
        let repository = Key::user(sid, REPOSITORY);
        let packages = repository.below("Packages");
        self.list(&packages, user, listing, |registry, full_name| {
            let values = registry.values(&packages.below(full_name.text))?;
            let family = repository.below("Families").below(&full_name.family()).below(full_name.text);
            let installed = registry.value(&family, "InstallTime").ok().flatten();
            Ok(Listed {
                name: values.text("DisplayName"),
                folder: values.text("PackageRootFolder"),
                installed_at: installed.as_ref().and_then(moment),
            })
        });
    }

    /// Adds those of a user who is not, but for what every user gets and for parts of others: on a shared computer five
    /// hundred users have those, and the machine's own list states them.
    pub(super) fn of_absent_user(&mut self, sid: &str, user: &str, listing: &mut Listing) {
        let for_all = self.families_for_all();
        let mut own = Listing::default();
        self.list(&Key::machine(FOR_ALL).below(sid), user, &mut own, |_, _| Ok(Listed::default()));
        own.titles.retain(|title| title.kind != TitleKind::Component && !for_all.contains(&title.id));
        listing.take(own);
    }

    /// What every user gets; asked once.
    fn families_for_all(&mut self) -> Rc<BTreeSet<String>> {
        let registry = self.windows.registry();
        let asked = self.for_all.get_or_insert_with(|| {
            let lists = PROVISIONED.map(|list| registry.keys(&Key::machine(FOR_ALL).below(list)).unwrap_or_default());
            let families = lists.iter().flatten().filter_map(|name| FullName::parse(name)).map(|name| name.family());
            Rc::new(families.collect())
        });
        Rc::clone(asked)
    }

    /// Adds those that every new user gets, as the machine's own.
    pub(super) fn provisioned(&mut self, listing: &mut Listing) {
        for list in PROVISIONED {
            let list = Key::machine(FOR_ALL).below(list);
            self.list(&list, "", listing, |registry, full_name| {
                let path = registry.values(&list.below(full_name.text))?.text("Path");
                let folder = path.rsplit_once('\\').map_or("", |(folder, _)| folder);
                Ok(Listed { folder: folder.trim_end_matches(r"\AppxMetadata").to_owned(), ..Listed::default() })
            });
        }
    }

    fn list(
        &mut self,
        list: &Key,
        user: &str,
        listing: &mut Listing,
        listed: impl Fn(&dyn Registry, &FullName<'_>) -> io::Result<Listed>,
    ) {
        let registry = self.windows.registry();
        let place = list.to_string();
        let Some(names) = listing.read_if_there(Path::new(&place), registry.keys(list)) else { return };
        if names.len() > PACKAGES {
            listing.lacks(format!("{list}: more than {PACKAGES} packages; the rest is left out"));
        }
        for name in names.iter().take(PACKAGES) {
            let Some(full_name) = FullName::parse(name).filter(|name| !name.is_part()) else { continue };
            let Some(listed) = listing.read_if_there(Path::new(&place), listed(registry, &full_name)) else { continue };
            let title = self.title(&full_name, &listed, user);
            listing.titles.push(title);
        }
    }

    fn title(&mut self, full_name: &FullName<'_>, listed: &Listed, user: &str) -> SoftwareTitle {
        let described = self.described(full_name, listed);
        let of_windows = listed.folder.to_ascii_lowercase().contains(r"\windows\systemapps\");
        SoftwareTitle {
            name: described.name,
            version: described.version.unwrap_or_else(|| full_name.version.to_owned()),
            architecture: full_name.architecture.to_owned(),
            source: "msix".into(),
            user: user.to_owned(),
            id: full_name.family(),
            publisher: described.publisher,
            kind: if described.framework || of_windows { TitleKind::Component } else { TitleKind::Title },
            origin: if described.store { "Store".into() } else { String::new() },
            installed_at: listed.installed_at,
            ..SoftwareTitle::default()
        }
    }

    /// What the package says of itself; what another version of it says, where this one is silent.
    fn described(&mut self, full_name: &FullName<'_>, listed: &Listed) -> Described {
        if let Some(known) = self.kept.package(full_name.text) {
            let known = known.clone();
            self.families.insert(full_name.family(), known.clone());
            return known;
        }
        if listed.folder.is_empty() && listed.name.is_empty() {
            let of_family = self.families.get(&full_name.family()).cloned();
            return of_family.unwrap_or_else(|| Described { name: full_name.name.to_owned(), ..Described::default() });
        }
        let path = format!(r"{}\AppxManifest.xml", listed.folder);
        let text = if_there(self.host.read(Path::new(&path), MANIFEST_BYTES)).ok().flatten();
        let manifest = manifest::read(&String::from_utf8_lossy(text.as_deref().unwrap_or_default()));
        let name = [&listed.name, &manifest.name].into_iter().find_map(|name| self.shown(full_name, name));
        let described = Described {
            publisher: self.shown(full_name, &manifest.publisher).unwrap_or_default(),
            version: python::version(self.host, full_name.name, &listed.folder),
            store: of_store(&manifest.signer),
            framework: manifest.framework,
            name: name.clone().unwrap_or_else(|| full_name.name.to_owned()),
        };
        if text.is_some() && name.is_some() {
            self.kept.keep_package(full_name.text, described.clone());
            self.families.insert(full_name.family(), described.clone());
        }
        described
    }

    /// A name as people see it; `None` for a reference that leads nowhere.
    fn shown(&self, full_name: &FullName<'_>, name: &str) -> Option<String> {
        let text = if let Some(resource) = name.strip_prefix("ms-resource:") {
            // The short forms stand for the package's own resources: "AppName", "/Strings/AppName".
            let resource = match resource.strip_prefix("//") {
                Some(whole) => format!("//{whole}"),
                None if resource.contains('/') => format!("//{}/{}", full_name.name, resource.trim_start_matches('/')),
                None => format!("//{}/Resources/{resource}", full_name.name),
            };
            self.windows.resource_text(&format!("@{{{}?ms-resource:{resource}}}", full_name.text))
        } else if name.starts_with('@') {
            self.windows.resource_text(name)
        } else {
            Some(name.to_owned())
        };
        text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// The Store signs with a number of its own for every publisher but Microsoft; a package from elsewhere has a name.
fn of_store(signer: &str) -> bool {
    signer.strip_prefix("CN=").is_some_and(|name| super::msi::is_code(&format!("{{{name}}}")))
}

fn moment(value: &RegistryValue) -> Option<Timestamp> {
    match value {
        RegistryValue::Number(number) => filetime(*number),
        RegistryValue::Bytes(bytes) => filetime(u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?)),
        RegistryValue::Text(_) | RegistryValue::Texts(_) => None,
    }
}

//! Gives the document watcher its settings: the policy, with the homes of the accounts that exist now.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::looking::Looking;
use crate::config::{self, InForce};
use crate::documents::{self, DocumentSettings};
use crate::host::{Account, Host, System, system_of};
use crate::probes::removable;

/// How often accounts and media are looked at again: a new pupil's home, or a stick, counts from then on.
const LOOK: Duration = Duration::from_secs(60);

/// Watches documents as the policy says until `stop`.
pub(super) async fn run(looking: Looking, stop: CancellationToken) {
    let Looking { rules, mut policy, device, host, spool, key, clock } = looking;
    let in_force = policy.borrow_and_update().clone();
    let first = settings(&in_force, &device, host.clone()).await.unwrap_or_default();
    let (newest, seen) = watch::channel(first);
    let watching = async {
        if let Err(error) = documents::watch(rules, seen, spool, key, clock, stop.clone()).await {
            tracing::error!(reason = format!("{error:#}"), "documents are not watched");
        }
    };
    let following = async {
        loop {
            tokio::select! {
                changed = policy.changed() => if changed.is_err() {
                    return stop.cancelled().await;
                },
                () = tokio::time::sleep(LOOK) => {}
                () = stop.cancelled() => return,
            }
            let policy = policy.borrow_and_update().clone();
            if let Some(settings) = settings(&policy, &device, host.clone()).await {
                newest.send_if_modified(|before| {
                    let changed = *before != settings;
                    *before = settings;
                    changed
                });
            }
        }
    };
    tokio::join!(watching, following);
}

/// The settings now; `None`, and so no change, when the accounts cannot be listed.
async fn settings(policy: &InForce, device: &str, host: Arc<dyn Host>) -> Option<DocumentSettings> {
    let (policy, device) = (policy.clone(), device.to_owned());
    let settings = tokio::task::spawn_blocking(move || {
        let place = |folder: &Path, owner: Option<&Account>| without_links(host.as_ref(), folder, owner);
        let policy = policy.as_deref();
        let wanted = policy.is_some_and(|policy| policy.removable_media);
        let media = if wanted { removable::mounts(host.as_ref()) } else { Vec::new() };
        // Both keep names as they are written, and find them however they are written.
        let ignores_case = matches!(system_of(host.as_ref()), System::Windows | System::MacOs);
        let settings = host.accounts().map(|accounts| config::documents(policy, &device, &accounts, &media, place));
        settings.map(|settings| DocumentSettings { ignores_case, ..settings })
    });
    match settings.await.ok()? {
        Ok(settings) => Some(settings),
        Err(error) => {
            tracing::warn!(reason = %error, "the accounts cannot be listed; document folders stay as they are");
            None
        }
    }
}

/// Where a folder lies, without links: the watcher follows none. A folder that the policy names in full, and a home,
/// are the administrator's to link. Within a home a link is its owner's, and holds when it leads to what is theirs: it
/// must not lead the agent, which may read everything, to the files of others.
fn without_links(host: &dyn Host, folder: &Path, owner: Option<&Account>) -> PathBuf {
    let resolved = |path: &Path| host.resolve(path).unwrap_or_else(|_| path.to_path_buf());
    let Some(owner) = owner else { return resolved(folder) };
    let named = match folder.strip_prefix(&owner.home) {
        Ok(inside) if inside != Path::new("") => resolved(&owner.home).join(inside),
        Ok(_) | Err(_) => return resolved(folder),
    };
    let found = resolved(&named);
    let is_theirs = || host.status(&found).is_ok_and(|status| status.uid == owner.uid);
    if found == named || is_theirs() { found } else { named }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, symlink};

    use super::*;
    use crate::platform;

    #[test]
    fn a_link_in_a_home_holds_only_when_it_leads_to_what_is_its_owners() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let (real, home) = (place.path().join("real"), place.path().join("home"));
        for folder in [real.join("pupil.one/Notes"), place.path().join("share")] {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        symlink(&real, &home).expect("a link");
        symlink(place.path().join("share"), real.join("pupil.one/Documents")).expect("a link");
        let uid = std::fs::metadata(place.path()).expect("is there").uid();
        let account = |uid: u32| Account {
            name: "pupil.one".into(),
            uid,
            sid: String::new(),
            home: home.join("pupil.one"),
            logged_in: false,
        };
        let host = platform::machine();
        let of = |inside: &str, uid: u32| {
            let account = account(uid);
            without_links(host.as_ref(), &account.home.join(inside), Some(&account))
        };

        assert_eq!(of("Notes", uid + 1), real.join("pupil.one/Notes"), "the way to a home may be a link");
        assert_eq!(of("Gone", uid), real.join("pupil.one/Gone"));
        assert_eq!(of("Documents", uid), place.path().join("share"));
        assert_eq!(
            of("Documents", uid + 1),
            real.join("pupil.one/Documents"),
            "the link itself, which is not followed"
        );
        assert_eq!(without_links(host.as_ref(), &home.join("pupil.one/Documents"), None), place.path().join("share"));
    }
}

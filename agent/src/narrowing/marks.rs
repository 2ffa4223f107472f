//! Where something happened: a bounded set of paths, and whether any notice was lost.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use caretaker_shared::order;
use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Event, EventKind};

/// Paths that are kept at the most, and their bytes together: they must fit into the question to the child, where a
/// character may take six.
const MOST_PATHS: usize = 1_024;
const MOST_BYTES: usize = 96 * 1024;

/// What the watches saw. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Sightings(Arc<(Mutex<Seen>, Condvar)>);

#[derive(Debug, Default)]
struct Seen {
    marks: Marks,
    lost: bool,
    moved: bool,
    /// A folder whose opening is waited for.
    awaited: Option<PathBuf>,
}

impl Sightings {
    /// Takes a notice in.
    pub(super) fn note(&self, notice: &notify::Result<Event>) {
        let mut seen = self.seen();
        match notice {
            Ok(event) if event.need_rescan() => seen.lost = true,
            Ok(event) => seen.note(event, &self.0.1),
            Err(_) => seen.lost = true,
        }
    }

    /// Marks a path as changed.
    pub(super) fn mark(&self, path: &Path) {
        self.seen().marks.add(path);
    }

    /// Whether notices were lost.
    pub(super) fn are_lost(&self) -> bool {
        self.seen().lost
    }

    /// Where something happened since this was asked last.
    pub(super) fn take(&self) -> BTreeSet<PathBuf> {
        let mut seen = self.seen();
        seen.moved = false;
        std::mem::take(&mut seen.marks).paths
    }

    /// Whether anything was moved away since.
    pub(super) fn moved(&self) -> bool {
        self.seen().moved
    }

    /// Opens a folder and waits until the watch over it tells; whether it does in time.
    pub(super) fn tell_of(&self, folder: &Path, within: Duration) -> bool {
        self.seen().awaited = Some(folder.to_path_buf());
        let opened = std::fs::File::open(folder).is_ok();
        let waiting = |seen: &mut Seen| opened && seen.awaited.is_some();
        let waited = self.0.1.wait_timeout_while(self.seen(), within, waiting);
        let (mut seen, _) = waited.unwrap_or_else(PoisonError::into_inner);
        opened && seen.awaited.take().is_none()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn note(&mut self, event: &Event, told: &Condvar) {
        if let EventKind::Access(access) = event.kind
            && access != AccessKind::Close(AccessMode::Write)
        {
            if matches!(access, AccessKind::Open(_))
                && self.awaited.is_some()
                && event.paths.first() == self.awaited.as_ref()
            {
                self.awaited = None;
                told.notify_all();
            }
            return;
        }
        self.moved |= matches!(event.kind, EventKind::Modify(ModifyKind::Name(RenameMode::From)));
        // What happened nowhere may have happened anywhere.
        self.lost |= event.paths.is_empty();
        event.paths.iter().for_each(|path| self.marks.add(path));
    }
}

/// Paths, none of them below another one.
#[derive(Debug, Default)]
struct Marks {
    paths: BTreeSet<PathBuf>,
    bytes: usize,
}

impl Marks {
    fn add(&mut self, path: &Path) {
        self.put(path);
        if self.paths.len() > MOST_PATHS || self.bytes > MOST_BYTES {
            // To half of it: the next notices must not each cost as much again.
            while self.paths.len() > MOST_PATHS / 2 || (self.bytes > MOST_BYTES / 2 && self.paths.len() > 1) {
                self.fold();
            }
        }
    }

    fn put(&mut self, path: &Path) {
        // What is no text cannot be asked about: the folder that it lies in can.
        let Some(path) = path.ancestors().find(|path| path.to_str().is_some()) else { return };
        if path.ancestors().any(|above| self.paths.contains(above)) {
            return;
        }
        let from = (Bound::Included(path), Bound::Unbounded);
        let below: Vec<PathBuf> =
            self.paths.range::<Path, _>(from).take_while(|other| other.starts_with(path)).cloned().collect();
        for other in below {
            self.bytes -= other.as_os_str().len();
            self.paths.remove(&other);
        }
        self.bytes += path.as_os_str().len();
        self.paths.insert(path.to_path_buf());
    }

    /// What lies deepest goes one folder up. In the end there is one path that holds all.
    fn fold(&mut self) {
        let depth = |path: &Path| path.components().count();
        let deepest = self.paths.iter().map(|path| depth(path)).max().unwrap_or_default();
        let Self { paths, .. } = std::mem::take(self);
        for path in paths {
            let above = path.parent().filter(|_| depth(&path) == deepest);
            self.put(above.unwrap_or(&path));
        }
    }
}

/// Those of these paths that lie in a folder; the folder itself when it lies in one of them.
pub(super) fn within(paths: &BTreeSet<PathBuf>, folder: &Path) -> BTreeSet<PathBuf> {
    if folder.ancestors().any(|above| paths.contains(above)) {
        return order::set([folder.to_path_buf()]);
    }
    let from = (Bound::Included(folder), Bound::Unbounded);
    order::set(paths.range::<Path, _>(from).take_while(|path| path.starts_with(folder)).cloned())
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, Flag, MetadataKind};
    use proptest::prelude::*;

    use super::*;

    fn event(kind: EventKind, path: &str) -> notify::Result<Event> {
        Ok(Event::new(kind).add_path(path.into()))
    }

    #[test]
    fn rights_and_content_count_and_reading_does_not() {
        let seen = Sightings::default();
        seen.note(&event(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/a"));
        seen.note(&event(EventKind::Access(AccessKind::Close(AccessMode::Read)), "/b"));
        assert!(seen.take().is_empty());
        seen.note(&event(EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), "/c"));
        seen.note(&event(EventKind::Modify(ModifyKind::Data(DataChange::Any)), "/d"));
        seen.note(&event(EventKind::Access(AccessKind::Close(AccessMode::Write)), "/e"));
        seen.note(&event(EventKind::Create(CreateKind::Any), "/f/g"));
        seen.note(&event(EventKind::Any, "/f"));
        let paths: Vec<PathBuf> = seen.take().into_iter().collect();
        assert_eq!(paths, ["/c", "/d", "/e", "/f"].map(PathBuf::from));
        assert!(!seen.are_lost());
    }

    #[test]
    fn lost_notices_are_remembered() {
        let lost = [
            Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)),
            Ok(Event::new(EventKind::Any)),
            Err(notify::Error::generic("anything")),
        ];
        for notice in lost {
            let seen = Sightings::default();
            seen.note(&notice);
            assert!(seen.are_lost(), "{notice:?}");
        }
    }

    #[test]
    fn a_folder_holds_its_own_and_is_held_by_those_above() {
        let paths = BTreeSet::from(["/a/b", "/a/b-c", "/d"].map(PathBuf::from));
        assert_eq!(within(&paths, Path::new("/a")).len(), 2);
        assert!(within(&paths, Path::new("/a/b/c")).contains(Path::new("/a/b/c")));
        assert!(within(&paths, Path::new("/e")).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn however_much_happens_every_place_stays_marked_and_the_set_small(
            places in proptest::collection::vec("(/[ab\u{1}]{1,40}){1,4}(/[0-9]{1,5}){1,2}", 1..3_000)
        ) {
            let mut marks = Marks::default();
            places.iter().for_each(|place| marks.add(Path::new(place)));
            prop_assert!(marks.paths.len() <= MOST_PATHS && marks.bytes <= MOST_BYTES);
            prop_assert_eq!(marks.bytes, marks.paths.iter().map(|path| path.as_os_str().len()).sum::<usize>());
            for place in &places {
                prop_assert!(Path::new(place).ancestors().any(|above| marks.paths.contains(above)), "{}", place);
            }
        }
    }
}

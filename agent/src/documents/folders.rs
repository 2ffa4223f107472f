//! Notices of the operating system about watched folders, through `notify`.
//!
//! Notices wait in a queue of fixed size. What does not fit is not lost silently: [`Notice::Missed`] says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Config, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

/// Notices that wait at the most.
const WAITING: usize = 4_096;

/// What a watch has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Notice {
    /// A file was written or renamed to this path, or a folder appeared there.
    Changed(PathBuf),
    /// What was at this path is there no longer.
    Gone(PathBuf),
    /// Notices were lost: only looking tells what changed.
    Missed,
    /// The system watches no further folder: what happens in new ones is not told any more.
    Overfull,
}

/// Why a folder cannot be watched.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotWatched {
    /// It is not there.
    Absent,
    /// The system refuses: too many folders, or no right to look into one of them.
    Refused,
}

/// A watch over folders and all that is in them. The operating system has one; a test has another.
pub(super) trait FolderWatch: Send + 'static {
    /// Begins to watch a folder.
    fn start(&mut self, folder: &Path) -> Result<(), NotWatched>;

    /// Watches a folder no more. It may be gone already.
    fn stop(&mut self, folder: &Path);
}

/// The end of the queue where notices arrive.
#[derive(Clone)]
pub(super) struct Noticing {
    queue: mpsc::Sender<Notice>,
    missed: Arc<AtomicBool>,
    overfull: Arc<AtomicBool>,
}

/// The end of the queue where notices are taken.
pub(super) struct Notices {
    queue: mpsc::Receiver<Notice>,
    missed: Arc<AtomicBool>,
    overfull: Arc<AtomicBool>,
}

/// A queue of notices.
pub(super) fn queue() -> (Noticing, Notices) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let (missed, overfull) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let noticing = Noticing { queue: sender, missed: missed.clone(), overfull: overfull.clone() };
    (noticing, Notices { queue: receiver, missed, overfull })
}

impl Noticing {
    /// Puts a notice into the queue, without waiting for room in it.
    pub(super) fn put(&self, notice: Notice) {
        if let Err(refused) = self.queue.try_send(notice) {
            let lost = if refused.into_inner() == Notice::Overfull { &self.overfull } else { &self.missed };
            lost.store(true, Ordering::Release);
        }
    }
}

impl Notices {
    /// The next notice; `None` when no more can come. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Option<Notice> {
        if self.overfull.swap(false, Ordering::AcqRel) {
            return Some(Notice::Overfull);
        }
        if self.missed.swap(false, Ordering::AcqRel) {
            return Some(Notice::Missed);
        }
        self.queue.recv().await
    }
}

/// The operating system's watch, and its notices. Where it has none to give, every folder is refused.
pub(super) fn system() -> (SystemWatch, Notices) {
    let (noticing, notices) = queue();
    let handler = move |event: notify::Result<Event>| match event {
        Ok(event) => notices_of(&event).into_iter().for_each(|notice| noticing.put(notice)),
        Err(error) => noticing.put(notice_of(&error)),
    };
    let watcher = RecommendedWatcher::new(handler, Config::default().with_follow_symlinks(false));
    let watcher = watcher.inspect_err(|_| tracing::warn!("this system gives no file watch: folders are searched"));
    (SystemWatch { watcher: watcher.ok() }, notices)
}

/// The operating system's watch.
pub(super) struct SystemWatch {
    watcher: Option<RecommendedWatcher>,
}

impl FolderWatch for SystemWatch {
    fn start(&mut self, folder: &Path) -> Result<(), NotWatched> {
        let Some(watcher) = &mut self.watcher else { return Err(NotWatched::Refused) };
        watcher.watch(folder, RecursiveMode::Recursive).map_err(|error| match &error.kind {
            ErrorKind::PathNotFound => NotWatched::Absent,
            ErrorKind::Io(cause) if cause.kind() == std::io::ErrorKind::NotFound => NotWatched::Absent,
            ErrorKind::Io(_)
            | ErrorKind::Generic(_)
            | ErrorKind::WatchNotFound
            | ErrorKind::InvalidConfig(_)
            | ErrorKind::MaxFilesWatch => NotWatched::Refused,
        })
    }

    fn stop(&mut self, folder: &Path) {
        // An error says that it was not watched, which is what is wanted.
        let _ = self.watcher.as_mut().map(|watcher| watcher.unwatch(folder));
    }
}

fn notice_of(error: &notify::Error) -> Notice {
    match error.kind {
        ErrorKind::MaxFilesWatch => Notice::Overfull,
        ErrorKind::Generic(_)
        | ErrorKind::Io(_)
        | ErrorKind::PathNotFound
        | ErrorKind::WatchNotFound
        | ErrorKind::InvalidConfig(_) => Notice::Missed,
    }
}

fn notices_of(event: &Event) -> Vec<Notice> {
    if event.need_rescan() {
        return vec![Notice::Missed];
    }
    let changed = |path: &PathBuf| Notice::Changed(path.clone());
    let gone = |path: &PathBuf| Notice::Gone(path.clone());
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Create(_)
        | EventKind::Modify(
            ModifyKind::Any
            | ModifyKind::Other
            | ModifyKind::Data(_)
            | ModifyKind::Name(RenameMode::To | RenameMode::Any | RenameMode::Other),
        )
        | EventKind::Any
        | EventKind::Other => event.paths.iter().map(changed).collect(),
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
            event.paths.iter().map(gone).collect()
        }
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => {
            event.paths.first().map(gone).into_iter().chain(event.paths.get(1).map(changed)).collect()
        }
        // Reading a file, or changing its rights, changes no word in it.
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use notify::event::{Event, EventKind, Flag, ModifyKind, RenameMode};
    use notify::{Error, ErrorKind};

    use super::{Notice, WAITING, notice_of, notices_of, queue};

    #[test]
    fn a_rename_over_a_file_is_a_change_of_that_file() {
        let event = Event::new(EventKind::Modify(ModifyKind::Name(RenameMode::Both)))
            .add_path("essay.tmp".into())
            .add_path("essay.txt".into());
        assert_eq!(notices_of(&event), [Notice::Gone("essay.tmp".into()), Notice::Changed("essay.txt".into())]);
    }

    #[test]
    fn the_system_may_say_that_it_lost_notices() {
        assert_eq!(notices_of(&Event::new(EventKind::Other).set_flag(Flag::Rescan)), [Notice::Missed]);
    }

    #[test]
    fn a_new_folder_beyond_the_limit_is_told_apart_from_lost_notices() {
        assert_eq!(notice_of(&Error::new(ErrorKind::MaxFilesWatch)), Notice::Overfull);
        assert_eq!(notice_of(&Error::generic("anything else")), Notice::Missed);
    }

    #[tokio::test]
    async fn a_full_queue_says_that_notices_were_missed() {
        let (noticing, mut notices) = queue();
        for n in 0..WAITING + 10 {
            noticing.put(Notice::Changed(PathBuf::from(n.to_string())));
        }
        drop(noticing);
        assert_eq!(notices.next().await, Some(Notice::Missed));
        let mut taken = 0;
        while let Some(notice) = notices.next().await {
            assert_eq!(notice, Notice::Changed(PathBuf::from(taken.to_string())));
            taken += 1;
        }
        assert_eq!(taken, WAITING);
    }
}

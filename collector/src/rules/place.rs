//! Paths of every system as text: what lies in a folder, and which files belong together.

use std::collections::BTreeMap;

/// From so many entries of one tree on, one verdict speaks for all of them.
pub(super) const MANY: usize = 21;

/// Folders that only hold the folders of programs: what lies in two of theirs does not belong together.
const CONTAINERS: [&str; 10] = [
    "AppData",
    "Local",
    "LocalLow",
    "Roaming",
    "Programs",
    "Library",
    "Application Support",
    ".local",
    "share",
    ".config",
];

/// Whether a path lies in a folder, or is it. On Windows with letters and slashes of either kind.
pub(super) fn lies_in(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches(['/', '\\']);
    // A path that climbs out of the folder again only pretends to lie in it.
    if folder.is_empty() || path.split(['/', '\\']).any(|part| part == "..") {
        return false;
    }
    let windows = path.as_bytes().get(1) == Some(&b':') || path.starts_with("\\\\");
    let plain = |path: &str| if windows { path.replace('/', "\\").to_lowercase() } else { path.to_owned() };
    plain(path).strip_prefix(&plain(folder)).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
}

/// The entries that stand alone, by path, and those trees of which [`MANY`] or more came, each with the folder that
/// they have in common.
pub(super) fn gather<'a, T>(
    entries: impl IntoIterator<Item = &'a T>,
    path: impl Fn(&T) -> &str,
) -> (Vec<&'a T>, BTreeMap<String, Vec<&'a T>>) {
    let mut trees: BTreeMap<String, Vec<&'a T>> = BTreeMap::new();
    for entry in entries {
        trees.entry(tree(path(entry)).to_owned()).or_default().push(entry);
    }
    let (mut alone, mut many) = (Vec::new(), BTreeMap::new());
    for group in trees.into_values() {
        if group.len() < MANY {
            alone.extend(group);
        } else {
            let shared = common(group.iter().map(|entry| path(entry))).to_owned();
            many.insert(shared, group);
        }
    }
    alone.sort_by(|one, other| path(one).cmp(path(other)));
    (alone, many)
}

/// The folder that a file's neighbours share with it: the first one below a person's home, or the second one of a
/// system. Never a folder that holds several people's files.
fn tree(path: &str) -> &str {
    let cuts: Vec<usize> = path.match_indices(['/', '\\']).map(|(at, _)| at).collect();
    let Some(last) = cuts.len().checked_sub(1) else { return "" };
    let folder = |number: usize| {
        let start = number.checked_sub(1).and_then(|before| cuts.get(before)).map_or(0, |cut| cut + 1);
        cuts.get(number).and_then(|&end| path.get(start..end)).unwrap_or_default()
    };
    let is = |number: usize, name: &str| folder(number).eq_ignore_ascii_case(name);
    let home = if is(1, "home") || is(1, "Users") {
        Some(2)
    } else if path.starts_with("/root/") {
        Some(1)
    } else {
        None
    };
    let Some(home) = home else { return prefix(path, cuts.get(last.min(2)).copied()) };
    let mut depth = home + 1;
    while depth < last && CONTAINERS.iter().any(|container| is(depth, container)) {
        depth += 1;
    }
    prefix(path, cuts.get(depth.min(last)).copied())
}

/// The deepest folder in which all files lie.
fn common<'a>(mut paths: impl Iterator<Item = &'a str>) -> &'a str {
    let mut shared = paths.next().map(parent).unwrap_or_default();
    for path in paths {
        while !shared.is_empty() && !path.strip_prefix(shared).is_some_and(|rest| rest.starts_with(['/', '\\'])) {
            shared = parent(shared);
        }
    }
    shared
}

fn parent(path: &str) -> &str {
    prefix(path, path.rfind(['/', '\\']))
}

fn prefix(path: &str, end: Option<usize>) -> &str {
    end.and_then(|end| path.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{MANY, gather, lies_in, tree};

    #[test]
    fn a_folder_holds_what_lies_below_it_and_nothing_that_only_begins_alike() {
        for (path, folder, holds) in [
            ("/opt/school/bin/tool", "/opt/school", true),
            ("/opt/school/bin/tool", "/opt/school/", true),
            ("/opt/school", "/opt/school", true),
            ("/opt/schoolyard/game", "/opt/school", false),
            ("/opt/School/tool", "/opt/school", false),
            ("/opt/school/../../home/game", "/opt/school", false),
            (r"C:\Whiteboard\bin\tool.exe", r"c:\whiteboard", true),
            (r"C:\Whiteboard\tool.exe", "C:/Whiteboard/", true),
            (r"C:\Whiteboards\tool.exe", r"C:\Whiteboard", false),
            (r"C:\Whiteboard\..\Users\tool.exe", r"C:\Whiteboard", false),
            ("/x", "/", false),
        ] {
            assert_eq!(lies_in(path, folder), holds, "{path} in {folder}");
        }
    }

    #[test]
    fn a_tree_is_one_persons_and_one_programs() {
        for (path, is) in [
            ("/home/teacher.two/project/target/debug/a", "/home/teacher.two/project"),
            ("/home/teacher.two/a", "/home/teacher.two"),
            ("/home/teacher.two/.local/share/Steam/x/a", "/home/teacher.two/.local/share/Steam"),
            ("/home/teacher.two/.local/a", "/home/teacher.two/.local"),
            ("/root/tools/deep/a", "/root/tools"),
            ("/opt/app/bin/x/a", "/opt/app"),
            ("/tmp/a", "/tmp"),
            (r"C:\Users\pupil.one\Downloads\x\a.exe", r"C:\Users\pupil.one\Downloads"),
            (
                r"C:\Users\pupil.one\AppData\Local\Programs\Chat\x\a.exe",
                r"C:\Users\pupil.one\AppData\Local\Programs\Chat",
            ),
            (r"D:\Games\One\x\a.exe", r"D:\Games\One"),
            ("a", ""),
        ] {
            assert_eq!(tree(path), is, "{path}");
        }
    }

    #[test]
    fn many_of_one_tree_are_gathered_under_the_folder_that_they_share() {
        let mut paths: Vec<String> = (0..MANY).map(|n| format!("/home/teacher.two/p/target/{n}/x")).collect();
        paths.push("/home/pupil.one/p/x".into());
        let (alone, many) = gather(&paths, |path| path);
        assert_eq!(alone, ["/home/pupil.one/p/x"]);
        assert_eq!(many.keys().collect::<Vec<_>>(), ["/home/teacher.two/p/target"]);
        let (alone, many) = gather(&paths[1..], |path| path);
        assert_eq!((alone.len(), many.len()), (MANY, 0));
    }
}

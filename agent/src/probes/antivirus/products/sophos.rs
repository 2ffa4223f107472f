//! What Sophos Protection for Linux notes of its engine, in the log of its threat detector.

use caretaker_shared::model::AntivirusProduct;

/// What is noted at each start of the engine, before the versions of its parts.
const LOADED: &str = "SUSI Libraries loaded:";
/// So much of the versions is kept.
const LETTERS: usize = 200;

/// Adds the versions of the newest start. They have no date: how old the signatures are stays unknown.
pub(in super::super) fn read_log(text: &str, row: &mut AntivirusProduct) {
    let newest = text.lines().rev().find_map(|line| line.split_once(LOADED));
    if let Some((_, versions)) = newest {
        row.evidence.push(format!("{LOADED} {}", versions.trim().chars().take(LETTERS).collect::<String>()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_versions_of_the_newest_start() {
        let mut row = AntivirusProduct::default();
        read_log(include_str!("../testdata/linux-sophos-spl-detector.log"), &mut row);
        assert_eq!(row.evidence, ["SUSI Libraries loaded: {libsusicore.so: 2.4.1, vdl: 6.21}"]);
        read_log("nothing of the kind", &mut row);
        assert_eq!(row.evidence.len(), 1);
    }
}

//! Which of several times counts, where the screen locks at the first of them. Pure.

use caretaker_shared::model::Idle;

/// One setting that would lock or cover the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Idle seconds.
    pub(super) after: u32,
    /// "key = value".
    pub(super) setting: String,
    /// Where it stands.
    pub(super) place: String,
    /// Whether the user may change it.
    pub(super) user_can_change: bool,
}

/// All that may lock or cover the screen.
#[derive(Debug, Clone, Default)]
pub(super) struct Weighing {
    certain: Vec<Candidate>,
    doubts: Vec<String>,
}

impl Weighing {
    pub(super) fn add(&mut self, candidate: Candidate) {
        self.certain.push(candidate);
    }

    /// Something that may count as well, and why that cannot be told.
    pub(super) fn doubt(&mut self, reason: String) {
        if !self.doubts.contains(&reason) {
            self.doubts.push(reason);
        }
    }

    /// The first to come; of two at once the one that was added first.
    pub(super) fn winner(&self) -> Option<&Candidate> {
        self.certain.iter().min_by_key(|candidate| candidate.after)
    }

    /// A doubtful setting could only make it happen earlier. So what is certain holds as the longest that it can take,
    /// and without anything certain a doubt makes it unknown.
    pub(super) fn idle(&self) -> Idle {
        match (self.winner(), self.doubts.first()) {
            (Some(winner), _) => Idle::Seconds(winner.after),
            (None, Some(reason)) => Idle::Unknown(reason.clone()),
            (None, None) => Idle::Never,
        }
    }

    /// What lost, and what may make it happen earlier, a line each.
    pub(super) fn others(&self) -> Vec<String> {
        let winner = self.winner();
        let lost = self.certain.iter().filter(|candidate| Some(*candidate) != winner);
        let lost = lost.map(|candidate| format!("{} in {}", candidate.setting, candidate.place));
        let earlier = self.doubts.iter().filter(|_| winner.is_some()).map(|doubt| format!("may be earlier: {doubt}"));
        lost.chain(earlier).collect()
    }
}

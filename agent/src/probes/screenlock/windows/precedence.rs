//! How Windows decides when the screen locks (platform-facts 4.1). Pure.
//!
//! The device locks at the first of several times. With a limit of the machine (`InactivityTimeoutSecs`) it locks also
//! when any screen saver starts, secure or not, and when the display turns off; without one it does neither.

use caretaker_shared::model::{Idle, LockTimes, ScreenLock};

use super::machine::{BUILT_IN_GRACE, Machine};
use super::saver::{Runs, Saver};
use super::value::{Asked, Stated};
use crate::probes::screenlock::weigh::{Candidate, Weighing};

/// What Windows counts as.
pub(super) const DESKTOP: &str = "Windows";

struct Weighed {
    covered: Weighing,
    password: Weighing,
}

impl Weighed {
    fn times(&self) -> LockTimes {
        LockTimes { until_covered: self.covered.idle(), until_password: self.password.idle() }
    }

    fn locks(&mut self, candidate: Candidate) {
        self.covered.add(candidate.clone());
        self.password.add(candidate);
    }

    fn doubt(&mut self, reason: &str) {
        self.covered.doubt(reason.to_owned());
        self.password.doubt(reason.to_owned());
    }
}

/// The effective lock of one user.
pub(super) fn decide(user: &str, machine: &Machine, saver: &Saver) -> ScreenLock {
    let weighed = weigh(machine, saver, &machine.display);
    let times = weighed.times();
    let on_battery = weigh(machine, saver, &machine.display_on_battery).times();
    let (setting, place, user_can_change) = deciding(machine, saver, &weighed.password);
    let mut lines = weighed.password.others();
    let unset = |asked: &Asked<u32>| matches!(asked, Ok(None));
    if unset(&machine.limit) {
        lines.push(format!("InactivityTimeoutSecs is not set in {}", Machine::limit_place()));
    }
    lines.extend(also_said(machine, saver).filter(|line| !line.starts_with(&format!("{setting} in "))));
    lines.dedup();
    ScreenLock {
        user: user.to_owned(),
        desktop: DESKTOP.to_owned(),
        on_battery: (on_battery != times).then_some(on_battery),
        until_covered: times.until_covered,
        until_password: times.until_password,
        setting,
        place,
        user_can_change,
        weighed: lines,
    }
}

fn weigh(machine: &Machine, saver: &Saver, display: &Asked<u32>) -> Weighed {
    let mut all = Weighed { covered: Weighing::default(), password: Weighing::default() };
    let limited = match &machine.limit {
        Ok(stated) => stated.as_ref().filter(|stated| stated.value > 0),
        Err(reason) => {
            all.doubt(reason);
            None
        }
    };
    let limit_unknown = machine.limit.is_err();
    if let Some(limit) = limited {
        all.locks(candidate(limit, limit.value));
    }
    weigh_saver(&mut all, machine, saver, limited.is_some());
    match display {
        Ok(Some(off)) if off.value > 0 => {
            all.covered.add(candidate(off, off.value));
            if limited.is_some() {
                all.password.add(candidate(off, off.value));
            }
        }
        Ok(Some(_)) => {}
        Ok(None) => {
            let reason = "the power plan states no time of its own after which the display turns off";
            all.covered.doubt(reason.to_owned());
            if limited.is_some() {
                all.password.doubt(reason.to_owned());
            }
        }
        Err(reason) if limited.is_some() || limit_unknown => all.doubt(reason),
        Err(reason) => all.covered.doubt(reason.clone()),
    }
    match &machine.managed {
        Ok(Some(managed)) if managed.value > 0 => all.locks(candidate(managed, managed.value.saturating_mul(60))),
        Ok(_) => {}
        Err(reason) => all.doubt(reason),
    }
    all
}

fn weigh_saver(all: &mut Weighed, machine: &Machine, saver: &Saver, limited: bool) {
    let start = match saver.runs() {
        Runs::After(start) => start,
        Runs::No(_) => return,
        Runs::Unknown(reason) => {
            all.covered.doubt(reason.clone());
            // An insecure saver locks nothing unless the machine has a limit.
            if limited || machine.limit.is_err() || !matches!(saver.secure(), Ok((false, _))) {
                all.password.doubt(reason);
            }
            return;
        }
    };
    all.covered.add(candidate(&start, start.value));
    if limited {
        all.password.add(candidate(&start, start.value));
        return;
    }
    match (saver.secure(), grace(machine)) {
        (Ok((false, _)), _) => {}
        (Ok((true, secure)), Ok(grace)) => {
            let users_own = start.users_own || secure.users_own;
            let after = start.value.saturating_add(grace);
            all.password.add(Candidate { user_can_change: users_own, ..candidate(&start, after) });
        }
        (Err(reason), _) | (_, Err(reason)) => all.password.doubt(reason),
    }
}

fn grace(machine: &Machine) -> Result<u32, String> {
    machine
        .grace
        .as_ref()
        .map(|stated| stated.as_ref().map_or(BUILT_IN_GRACE, |grace| grace.value))
        .map_err(Clone::clone)
}

fn candidate(stated: &Stated<u32>, after: u32) -> Candidate {
    let (setting, place) = (stated.setting.clone(), stated.place.clone());
    Candidate { after, setting, place, user_can_change: stated.users_own }
}

/// The setting that decides: the winner, else what keeps the saver from locking.
fn deciding(machine: &Machine, saver: &Saver, password: &Weighing) -> (String, String, bool) {
    if let Some(winner) = password.winner() {
        return (winner.setting.clone(), winner.place.clone(), winner.user_can_change);
    }
    if matches!(password.idle(), Idle::Unknown(_)) {
        return (String::new(), String::new(), true);
    }
    let obstacle = match (saver.runs(), saver.secure()) {
        (Runs::No(obstacle), _) | (_, Ok((false, obstacle))) => Some(obstacle),
        (Runs::After(_) | Runs::Unknown(_), _) => None,
    };
    match (obstacle.filter(|obstacle| !obstacle.place.is_empty()), &machine.limit) {
        (Some(obstacle), _) => (obstacle.setting, obstacle.place, obstacle.users_own),
        (None, Ok(Some(limit))) => (limit.setting.clone(), limit.place.clone(), false),
        (None, _) => ("InactivityTimeoutSecs is not set".to_owned(), Machine::limit_place(), false),
    }
}

/// Every other setting that was looked at.
fn also_said(machine: &Machine, saver: &Saver) -> impl Iterator<Item = String> {
    let numbers = [
        &machine.limit,
        &machine.managed,
        &saver.active,
        &saver.secure,
        &saver.timeout,
        &machine.grace,
        &machine.display,
        &machine.display_on_battery,
        &machine.asks_on_wake,
    ];
    let stated = numbers.into_iter().filter_map(|asked| asked.as_ref().ok()?.as_ref());
    let stated: Vec<String> = stated.map(|stated| format!("{} in {}", stated.setting, stated.place)).collect();
    let program = saver.program.as_ref().ok().and_then(Option::as_ref);
    let program = program.map(|program| format!("{} in {}", program.setting, program.place));
    stated.into_iter().chain(program).chain(machine.logs_in.clone())
}

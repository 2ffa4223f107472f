//! Which need is met by which supply, so that as many as can be are: augmenting paths over a handful of classes.
//!
//! Needs are served in their order, and one that was served stays served: what is left over of each need follows from
//! the order of needs and from what was allowed, never from which path was found first.

use std::collections::VecDeque;

/// More than there will ever be of anything.
pub(super) const ENDLESS: u64 = u64::MAX / 4;

/// Needs, supplies, and what goes where.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    /// What each need still lacks.
    lacks: Vec<u64>,
    /// What each supply still has.
    has: Vec<u64>,
    /// By need, then by supply: whether it may serve.
    allowed: Vec<Vec<bool>>,
    /// Likewise: how much of it does.
    served: Vec<Vec<u64>>,
}

/// How a search came to a node.
#[derive(Debug, Clone, Copy)]
enum From {
    /// It began here.
    Start,
    /// From this node of the other side.
    Node(usize),
}

impl Flow {
    /// Nothing is allowed yet.
    pub(super) fn new(needs: Vec<u64>, supplies: Vec<u64>) -> Self {
        let allowed = vec![vec![false; supplies.len()]; needs.len()];
        let served = vec![vec![0; supplies.len()]; needs.len()];
        Self { lacks: needs, has: supplies, allowed, served }
    }

    /// Lets a supply serve a need.
    pub(super) fn allow(&mut self, need: usize, supply: usize) {
        if let Some(allowed) = self.allowed.get_mut(need).and_then(|row| row.get_mut(supply)) {
            *allowed = true;
        }
    }

    /// Serves what can be served; says how much more that is than before.
    pub(super) fn fill(&mut self) -> u64 {
        let mut total = 0;
        for need in 0..self.lacks.len() {
            while self.lacks[need] > 0 {
                let Some(path) = self.path(need) else { break };
                total += self.push(need, &path);
            }
        }
        total
    }

    /// What a need lacks.
    pub(super) fn lacks(&self, need: usize) -> u64 {
        self.lacks.get(need).copied().unwrap_or_default()
    }

    /// How much of a supply serves a need.
    pub(super) fn served(&self, need: usize, supply: usize) -> u64 {
        self.served.get(need).and_then(|row| row.get(supply)).copied().unwrap_or_default()
    }

    /// Takes one of a supply for something that is no need of this table; says whether there was one.
    pub(super) fn take(&mut self, supply: usize) -> bool {
        let Some(has) = self.has.get_mut(supply).filter(|has| **has > 0) else { return false };
        *has -= 1;
        true
    }

    /// Gives back what `take` took.
    pub(super) fn give_back(&mut self, supply: usize) {
        if let Some(has) = self.has.get_mut(supply) {
            *has += 1;
        }
    }

    /// One of a need is met by what is no supply of this table.
    pub(super) fn relieve(&mut self, need: usize) {
        if let Some(lacks) = self.lacks.get_mut(need) {
            *lacks = lacks.saturating_sub(1);
        }
    }

    /// The needs of which something, were it less, would let one that lacks be served.
    pub(super) fn contended(&self) -> Vec<bool> {
        let mut reached: Vec<bool> = self.lacks.iter().map(|lacks| *lacks > 0).collect();
        let mut waiting: VecDeque<usize> = (0..reached.len()).filter(|need| reached[*need]).collect();
        while let Some(need) = waiting.pop_front() {
            for supply in (0..self.has.len()).filter(|supply| self.allowed[need][*supply]) {
                for (other, reached) in reached.iter_mut().enumerate() {
                    if !*reached && self.served[other][supply] > 0 {
                        *reached = true;
                        waiting.push_back(other);
                    }
                }
            }
        }
        reached
    }

    /// The shortest way from a need to a supply that has something, over needs that could be served otherwise: needs
    /// and supplies in turn.
    fn path(&self, start: usize) -> Option<Vec<usize>> {
        let mut needs: Vec<Option<From>> = vec![None; self.lacks.len()];
        let mut supplies: Vec<Option<usize>> = vec![None; self.has.len()];
        let mut waiting = VecDeque::from([start]);
        needs[start] = Some(From::Start);
        while let Some(need) = waiting.pop_front() {
            for supply in 0..self.has.len() {
                if !self.allowed[need][supply] || supplies[supply].is_some() {
                    continue;
                }
                supplies[supply] = Some(need);
                if self.has[supply] > 0 {
                    return Some(trace(&needs, &supplies, supply));
                }
                for (other, came) in needs.iter_mut().enumerate() {
                    if came.is_none() && self.served[other][supply] > 0 {
                        *came = Some(From::Node(supply));
                        waiting.push_back(other);
                    }
                }
            }
        }
        None
    }

    fn push(&mut self, start: usize, path: &[usize]) -> u64 {
        // A path is need, supply, need, supply, ...: each need moves from the supply after the one it is paired with.
        let last = path.last().copied().unwrap_or_default();
        let mut amount = self.lacks[start].min(self.has[last]);
        for step in path.windows(3).step_by(2).map(|step| (step[2], step[1])) {
            amount = amount.min(self.served[step.0][step.1]);
        }
        for pair in path.chunks_exact(2) {
            self.served[pair[0]][pair[1]] += amount;
        }
        for step in path.windows(3).step_by(2).map(|step| (step[2], step[1])) {
            self.served[step.0][step.1] -= amount;
        }
        self.lacks[start] -= amount;
        self.has[last] -= amount;
        amount
    }
}

fn trace(needs: &[Option<From>], supplies: &[Option<usize>], end: usize) -> Vec<usize> {
    let mut path = vec![end];
    let mut supply = end;
    while let Some(need) = supplies[supply] {
        path.push(need);
        match needs[need] {
            Some(From::Node(before)) => {
                path.push(before);
                supply = before;
            }
            Some(From::Start) | None => break,
        }
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::Flow;

    #[test]
    fn what_was_served_first_gives_way_where_it_can_be_served_otherwise() {
        // The first need may take either, the second only the first supply.
        let mut flow = Flow::new(vec![2, 2], vec![2, 2]);
        flow.allow(0, 0);
        flow.allow(0, 1);
        flow.allow(1, 0);
        assert_eq!(flow.fill(), 4);
        assert_eq!((flow.served(0, 1), flow.served(1, 0)), (2, 2));
        assert!(flow.contended().iter().all(|contended| !contended));
    }

    #[test]
    fn contended_is_what_would_help() {
        // The second need lacks one; it shares its supply with the first, and not with the third.
        let mut flow = Flow::new(vec![2, 1, 1], vec![2, 5]);
        flow.allow(0, 0);
        flow.allow(1, 0);
        flow.allow(2, 1);
        assert_eq!(flow.fill(), 3);
        assert_eq!((flow.lacks(0), flow.lacks(1), flow.lacks(2)), (0, 1, 0));
        assert_eq!(flow.contended(), [true, true, false]);
        flow.allow(0, 1);
        assert_eq!(flow.fill(), 1, "a way that is opened later is used");
        assert_eq!((flow.served(0, 0) + flow.served(1, 0), flow.served(0, 1) + flow.served(2, 1)), (2, 2));
    }

    proptest::proptest! {
        /// By the theorem of König and Hall: what is lacking is the worst that any set of needs lacks.
        #[test]
        fn as_much_is_served_as_can_be(
            needs in proptest::collection::vec(0_u64..5, 1..6),
            supplies in proptest::collection::vec(0_u64..6, 1..5),
            ways in proptest::collection::vec(proptest::bool::ANY, 30),
        ) {
            let way = |need: usize, supply: usize| ways[need * 5 + supply];
            let mut flow = Flow::new(needs.clone(), supplies.clone());
            for need in 0..needs.len() {
                for supply in (0..supplies.len()).filter(|supply| way(need, *supply)) {
                    flow.allow(need, supply);
                }
            }
            flow.fill();
            let lacking: u64 = (0..needs.len()).map(|need| flow.lacks(need)).sum();
            let worst = (0_u32..1 << needs.len()).map(|set| {
                let within = |need: &usize| set >> need & 1 == 1;
                let wanted: u64 = (0..needs.len()).filter(within).map(|need| needs[need]).sum();
                let reach = |supply: &usize| (0..needs.len()).filter(within).any(|need| way(need, *supply));
                let there: u64 = (0..supplies.len()).filter(reach).map(|supply| supplies[supply]).sum();
                wanted.saturating_sub(there)
            });
            proptest::prop_assert_eq!(lacking, worst.max().unwrap_or_default());
            for (supply, has) in supplies.iter().enumerate() {
                let taken: u64 = (0..needs.len()).map(|need| flow.served(need, supply)).sum();
                proptest::prop_assert!(taken <= *has);
            }
        }
    }
}

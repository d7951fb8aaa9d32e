//! What was measured of the processes, and what is measured again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use super::account::Account;
use super::entry::Process;
use super::proc;
use super::spent::Spent;
use super::tree::{Member, TreeMemory};

/// What reading the proportional memory of a process costs before it was measured: for the
/// call, and for each MB.
const PSS_CALL: Duration = Duration::from_micros(30);
const PSS_EACH_MB: Duration = Duration::from_micros(8);
/// After a measurement that did not fit into the budget, the next such one waits for this many times the
/// processor time that it took: a twentieth of a core, as the budget is of 100 ms.
const PSS_REST: u32 = 20;
/// How many times its budget an exact measurement may take.
const PATIENT: u32 = 5;
/// When a whole sample took more processor time than its budget, the next one is made no sooner than
/// after this many times the excess.
const REST: u32 = 20;
/// A measurement stands as long as the process has changed by no more than this part of what it counts
/// for: the growth of what many share is each time taken for their own.
const TOLERANCE: u64 = 32;
/// So many bytes may be added or taken away at any time.
const LITTLE: u64 = 64 * 1024;

/// What was measured before.
#[derive(Debug, Default)]
pub(super) struct Measured {
    sizes: FxHashMap<(u32, u64), Size>,
    accounts: Sums,
    first: FxHashMap<(u32, u64), u64>,
    /// The next measurement goes on until so many bytes were measured, but no longer than this.
    enough: Option<(u64, Instant)>,
    last: TreeMemory,
    /// When the next sample may be made.
    rested: Option<Instant>,
    /// When a process may be measured whose measurement alone exceeds the budget.
    pss_rested: Option<Instant>,
}

/// What the processes of each account use, by its address: whose memory it is stays there.
type Sums = FxHashMap<usize, (Arc<Account>, u64)>;

#[derive(Clone, Copy, Debug)]
struct Size {
    resident: u64,
    proportional: u64,
    /// How many processes there were.
    among: usize,
}

impl Measured {
    /// The last sample, while a new one has to wait because that took too long.
    pub(super) fn while_resting(&self) -> Option<TreeMemory> {
        let rests = self.rested.is_some_and(|rested| Instant::now() < rested);
        rests.then_some(self.last)
    }

    /// Nothing of what was measured before stands for the next sample. As long as what it measures is
    /// not more than `enough`, in bytes, it may take five times the budget.
    pub(super) fn forget_sizes(&mut self, enough: u64, budget: Duration) {
        self.pss_rested = None;
        self.sizes.clear();
        self.enough = Some((enough, Instant::now() + budget * PATIENT));
    }

    /// Measures `members`, those that use most first, within `budget` from the begin of `spent` on.
    pub(super) fn sample(
        &mut self,
        members: &[Member],
        spent: &Spent,
        budget: Duration,
    ) -> TreeMemory {
        self.last = self.measure(members, spent.begun() + budget);
        let excess = spent.processor().saturating_sub(budget);
        self.rested = Some(Instant::now() + excess * REST);
        self.last
    }

    /// The proportional memory of a process in bytes, if it was measured.
    pub(super) fn proportional(&self, process: &Process) -> Option<u64> {
        let size = self.sizes.get(&(process.pid, process.started))?;
        Some(size.scaled(process.resident))
    }

    /// Its memory when it was measured first, in bytes.
    pub(super) fn first(&self, process: &Process) -> Option<u64> {
        self.first.get(&(process.pid, process.started)).copied()
    }

    fn measure(&mut self, members: &[Member], end: Instant) -> TreeMemory {
        let mut total = TreeMemory {
            processes: members.len(),
            ..TreeMemory::default()
        };
        let mut sizes = FxHashMap::default();
        let mut fresh: Vec<Size> = Vec::new();
        let mut sums = Sums::default();
        let mut first = FxHashMap::default();
        let exactly = self.enough.is_some();
        let (enough, latest) = self.enough.take().unwrap_or((0, end));
        let mut sure = 0;
        for Member { process, known } in members {
            let key = (process.pid, process.started);
            let until = if sure > enough { end } else { latest };
            let own = self.size(process, members.len(), until);
            let is_fresh = |size: &Size| size.still_true(process.resident, members.len());
            // Forks of one size share the same: one that was measured stands for the others.
            let size = match own.filter(is_fresh) {
                None if !exactly => fresh.iter().copied().find(is_fresh).or(own),
                _ => own,
            };
            fresh.extend(own.filter(is_fresh));
            let estimate = || match exactly {
                true => proc::private(process.pid).unwrap_or(process.resident),
                false => process.resident,
            };
            let bytes = size.map_or_else(estimate, |size| size.scaled(process.resident));
            total.bytes += bytes;
            sure += size.map_or(0, |_| bytes);
            let before = self.first.get(&key).copied();
            first.insert(key, before.unwrap_or(bytes));
            if let Some(account) = known.as_ref().and_then(|known| known.account.as_ref()) {
                let sum = sums.entry(Arc::as_ptr(account) as usize);
                sum.or_insert_with(|| (account.clone(), 0)).1 += bytes;
            }
            total.resident_only += usize::from(size.is_none());
            sizes.extend(own.map(|own| (key, own)));
        }
        self.sizes = sizes;
        self.first = first;
        self.settle(sums);
        total
    }

    /// Tells the accounts what their processes use; those that have none any more, that it is nothing.
    fn settle(&mut self, sums: Sums) {
        let before = std::mem::take(&mut self.accounts);
        let mut totals: FxHashMap<*const Account, u64> = FxHashMap::default();
        let all = || before.values().map(|(account, _)| (account, 0));
        for (account, bytes) in all().chain(sums.values().map(|(account, bytes)| (account, *bytes)))
        {
            for account in account.chain() {
                *totals.entry(std::ptr::from_ref(account)).or_default() += bytes;
            }
        }
        for (account, _) in before.values().chain(sums.values()) {
            for account in account.chain() {
                let total = totals.get(&std::ptr::from_ref(account));
                account.set_measured(total.copied().unwrap_or(0));
            }
        }
        self.accounts = sums;
    }

    fn size(&mut self, process: &Process, among: usize, end: Instant) -> Option<Size> {
        let before = self.sizes.get(&(process.pid, process.started)).copied();
        if before.is_some_and(|before| before.still_true(process.resident, among)) {
            return before;
        }
        if !self.may_measure(process.resident, end) {
            return before;
        }
        let spent = Spent::begin();
        let proportional = proc::proportional(process.pid);
        let now = Instant::now();
        if now > end {
            self.pss_rested = Some(now + spent.processor() * PSS_REST);
        }
        let proportional = proportional?;
        Some(Size {
            resident: process.resident,
            proportional,
            among,
        })
    }

    fn may_measure(&self, resident: u64, end: Instant) -> bool {
        let now = Instant::now();
        let mb = u32::try_from(resident / (1024 * 1024)).unwrap_or(u32::MAX);
        let cost = PSS_CALL + PSS_EACH_MB.saturating_mul(mb);
        let fits = now + cost <= end;
        let budget_left = now < end;
        let rested = self.pss_rested.is_none_or(|rested| now >= rested);
        fits || (budget_left && rested)
    }
}

impl Size {
    /// Whether the process has hardly changed since it was measured, nor have those that may share its
    /// memory.
    fn still_true(&self, resident: u64, among: usize) -> bool {
        let tolerated = (self.proportional / TOLERANCE).max(LITTLE);
        self.among == among && self.resident.abs_diff(resident) <= tolerated
    }

    /// The proportional part of `resident`, if the rest of the process is like what was measured.
    /// What was added is likely its own, so growth counts in full.
    fn scaled(&self, resident: u64) -> u64 {
        let grown = resident.saturating_sub(self.resident);
        let shrunk = self.resident.saturating_sub(resident);
        (self.proportional + grown).saturating_sub(shrunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1024 * 1024;

    #[test]
    fn what_many_share_is_measured_again_sooner() {
        let alone = Size {
            resident: 200 * MB,
            proportional: 200 * MB,
            among: 1,
        };
        let shared = Size {
            proportional: 25 * MB,
            among: 8,
            ..alone
        };
        // Eight times this would be an eighth of the 200 MB.
        let grown = 203 * MB;
        assert!(alone.still_true(grown, 1));
        assert!(!shared.still_true(grown, 8));
        assert!(shared.still_true(200 * MB + LITTLE, 8));
        assert!(!shared.still_true(200 * MB, 9));
    }
}

//! What was measured of the processes, and what is measured again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use super::account::Account;
use super::entry::Process;
use super::proc;
use super::spent::Spent;
use super::tree::{Member, TreeMemory};
pub(super) use size::Size;

mod size;

/// What reading the proportional memory of a process costs before it was measured: for the
/// call, and for each MB.
const PSS_CALL: Duration = Duration::from_micros(30);
const PSS_EACH_MB: Duration = Duration::from_micros(8);
/// After a measurement that did not fit into the budget, the next such one waits for this many times the
/// processor time that it took: a twentieth of a core, as the budget is of 100 ms.
const PSS_REST: u32 = 20;
/// The same of the time that has passed: who waits for a lock of the kernel uses no processor, but
/// keeps everything else here waiting.
const PSS_WAITED: u32 = 2;
/// When a whole sample took more processor time than its budget, the next one is made no sooner than
/// after this many times the excess.
const REST: u32 = 20;
/// A measurement is made anew after this time, if a limit depends on it: what others do may have
/// changed what a process has for itself.
const OLD: Duration = Duration::from_secs(1);
/// How many times its processor time a sure measurement may last: beside others it takes longer.
const PATIENT: u32 = 5;
/// A sure measurement goes on for this part of its budget when it has found enough, so that what is
/// told is near the whole.
const ENOUGH: u32 = 4;
/// After so many sure measurements in a row that did not come to an end, what was measured before them
/// counts too, by half: very many processes must not be safe from every limit.
const UNPROVEN: u32 = 3;

/// How the processes are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// For the record: what has not changed stands.
    Rough,
    /// A limit depends on it: what is old is measured again.
    Limited,
    /// A stop depends on it: all are measured at one time, and only they count, because two may share
    /// by now what one had for itself. It is over when it has found more than so many bytes.
    Sure(u64),
}

/// What was measured before.
#[derive(Debug, Default)]
pub(super) struct Measured {
    sizes: FxHashMap<(u32, u64), Size>,
    accounts: Sums,
    first: FxHashMap<(u32, u64), u64>,
    last: TreeMemory,
    /// When the next sample may be made.
    rested: Option<Instant>,
    /// When a process may be measured whose measurement alone exceeds the budget.
    pss_rested: Option<Instant>,
    /// How many sure measurements in a row did not come to their end.
    unproven: u32,
}

/// What the processes of each account use, by its address: whose memory it is stays there.
type Sums = FxHashMap<usize, (Arc<Account>, u64)>;

impl Measured {
    /// The last sample, while a new one has to wait because that took too long.
    pub(super) fn while_resting(&self) -> Option<TreeMemory> {
        let rests = self.rested.is_some_and(|rested| Instant::now() < rested);
        rests.then_some(self.last)
    }

    /// Measures `members` within `budget` from the begin of `spent` on, give or take a process.
    pub(super) fn sample(
        &mut self,
        members: &[Member],
        spent: &Spent,
        budget: Duration,
        care: Care,
    ) -> TreeMemory {
        self.forget_others(members);
        self.last = match care {
            Care::Rough | Care::Limited => {
                let due = self.due(members, care);
                self.measure(members, &due, spent.begun() + budget);
                self.add_up_estimates(members)
            }
            Care::Sure(enough) => self.measure_surely(members, budget, enough),
        };
        let excess = spent.processor().saturating_sub(budget);
        self.rested = Some(Instant::now() + excess * REST);
        self.last
    }

    /// The proportional memory of a process in bytes, if it was measured.
    pub(super) fn proportional(&self, process: &Process) -> Option<u64> {
        let size = self.sizes.get(&key(process))?;
        Some(size.scaled(process.resident))
    }

    /// Its memory when it was measured first, in bytes.
    pub(super) fn first(&self, process: &Process) -> Option<u64> {
        self.first.get(&key(process)).copied()
    }

    fn forget_others(&mut self, members: &[Member]) {
        let sizes = std::mem::take(&mut self.sizes);
        self.sizes = members
            .iter()
            .filter_map(|member| Some((key(&member.process), *sizes.get(&key(&member.process))?)))
            .collect();
    }

    /// Which members are to be measured, in this order: those whose measurement is oldest, as if a new
    /// process had been measured a while ago.
    fn due(&self, members: &[Member], care: Care) -> Vec<usize> {
        let now = Instant::now();
        let age = |process: &Process| {
            let size = self.sizes.get(&key(process));
            size.map_or(OLD, |size| now.saturating_duration_since(size.at))
        };
        let is_due = |process: &Process| match self.sizes.get(&key(process)) {
            Some(size) if size.still_true(process, members.len()) => {
                care == Care::Limited && age(process) >= OLD
            }
            _ => true,
        };
        let mut due: Vec<usize> = (0..members.len())
            .filter(|at| members.get(*at).is_some_and(|it| is_due(&it.process)))
            .collect();
        // Members come with those first that use most, and this keeps the order of equal ones.
        due.sort_by_cached_key(|at| std::cmp::Reverse(members.get(*at).map(|it| age(&it.process))));
        due
    }

    /// Measures those that are due; the ones for which another stands come last.
    fn measure(&mut self, members: &[Member], due: &[usize], end: Instant) {
        let among = members.len();
        let mut stand = self.different(members);
        let mut others = Vec::new();
        for process in due.iter().filter_map(|at| Some(&members.get(*at)?.process)) {
            if stand.iter().any(|size| size.is_like(process, among)) {
                others.push(process);
            } else {
                stand.extend(self.measure_until(process, among, end));
            }
        }
        for process in others {
            self.measure_until(process, among, end);
        }
    }

    /// The measurements that still hold, one of each size.
    fn different(&self, members: &[Member]) -> Vec<Size> {
        let mut found: Vec<Size> = Vec::new();
        for Member { process, .. } in members {
            let size = self.sizes.get(&key(process)).copied();
            let holds = size.filter(|size| size.still_true(process, members.len()));
            let is_new = |_: &Size| {
                !found
                    .iter()
                    .any(|size| size.is_like(process, members.len()))
            };
            found.extend(holds.filter(is_new));
        }
        found
    }

    /// Measures a process, if there is time for it.
    fn measure_until(&mut self, process: &Process, among: usize, end: Instant) -> Option<Size> {
        let is_time = Instant::now() < end && self.may_measure(process.resident, end);
        is_time.then(|| self.measure_process(process, among, Some(end)))?
    }

    fn measure_surely(&mut self, members: &[Member], budget: Duration, enough: u64) -> TreeMemory {
        let spent = Spent::begin();
        let mut found = 0;
        let mut measured = 0;
        for Member { process, .. } in members {
            let part = if found > enough { ENOUGH } else { 1 };
            let late = spent.begun().elapsed() >= budget * PATIENT / part;
            if late || spent.processor() >= budget / part {
                break;
            }
            let size = self.measure_process(process, members.len(), None);
            found += size.map_or(0, |size| size.proportional);
            measured += 1;
        }
        self.unproven = match measured == members.len() || found > enough {
            true => 0,
            false => self.unproven.saturating_add(1),
        };
        let earlier = self.unproven >= UNPROVEN;
        self.add_up(members, |own, _, process| {
            let own = own?;
            match own.at >= spent.begun() {
                true => Some(own.scaled(process.resident)),
                false => earlier.then(|| own.scaled(process.resident) / 2),
            }
        })
    }

    fn may_measure(&self, resident: u64, end: Instant) -> bool {
        let now = Instant::now();
        let mb = u32::try_from(resident / (1024 * 1024)).unwrap_or(u32::MAX);
        let fits = now + PSS_CALL + PSS_EACH_MB.saturating_mul(mb) <= end;
        fits || self.pss_rested.is_none_or(|rested| now >= rested)
    }

    /// Measures a process; what goes beyond `end` is made up for.
    fn measure_process(
        &mut self,
        process: &Process,
        among: usize,
        end: Option<Instant>,
    ) -> Option<Size> {
        let spent = Spent::begin();
        // Of a process with other rights nothing else is told.
        let proportional = proc::proportional(process.pid).or_else(|| proc::private(process.pid));
        let now = Instant::now();
        if end.is_some_and(|end| now > end) {
            let waited = spent.begun().elapsed() * PSS_WAITED;
            self.pss_rested = Some(now + (spent.processor() * PSS_REST).max(waited));
        }
        let before = self.sizes.get(&key(process));
        let size = Size::new(process, proportional?, among, before);
        self.sizes.insert(key(process), size);
        Some(size)
    }

    /// The sum of the best figures there are. Forks of one size likely share the same: one that was
    /// measured stands for the others.
    fn add_up_estimates(&mut self, members: &[Member]) -> TreeMemory {
        let among = members.len();
        self.add_up(members, |own, fresh, process| {
            let is_fresh = |size: &Size| size.still_true(process, among);
            let like = |size: &Size| size.is_like(process, among);
            let size = own
                .filter(is_fresh)
                .or_else(|| fresh.iter().copied().find(like))
                .or(own);
            Some(size.map_or(process.resident, |size| size.scaled(process.resident)))
        })
    }

    /// Adds up what `bytes` says of each process, which knows its own measurement and those of others
    /// that still hold.
    fn add_up(
        &mut self,
        members: &[Member],
        bytes: impl Fn(Option<Size>, &[Size], &Process) -> Option<u64>,
    ) -> TreeMemory {
        let mut total = TreeMemory {
            processes: members.len(),
            ..TreeMemory::default()
        };
        let mut fresh: Vec<Size> = Vec::new();
        let mut sums = Sums::default();
        let mut first = FxHashMap::default();
        for Member {
            process,
            known: origin,
        } in members
        {
            let own = self.sizes.get(&key(process)).copied();
            let known = bytes(own, &fresh, process);
            let bytes = known.unwrap_or(0);
            total.bytes += bytes;
            let holds = own.is_some_and(|own| own.still_true(process, members.len()));
            total.estimated += usize::from(!holds);
            fresh.extend(own.filter(|_| holds));
            let before = self.first.get(&key(process)).copied();
            first.extend(before.or(known).map(|bytes| (key(process), bytes)));
            if let Some(account) = origin.as_ref().and_then(|known| known.account.as_ref()) {
                let sum = sums.entry(Arc::as_ptr(account) as usize);
                sum.or_insert_with(|| (account.clone(), 0)).1 += bytes;
            }
        }
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
}

fn key(process: &Process) -> (u32, u64) {
    (process.pid, process.started)
}

//! Tests of `allocator`.

use super::*;

#[test]
fn a_thread_tells_in_batches_that_grow() {
    let here = Here::new();
    here.count(FIRST_BATCH as i64 - 1, FIRST_BATCH - 1);
    assert_eq!(here.live.get(), FIRST_BATCH as i64 - 1);
    here.count(1, 1);
    assert_eq!((here.live.get(), here.batch.get()), (0, 2 * FIRST_BATCH));
    // What was taken is told even when it is all given back.
    for _ in 0..2 * CHURN {
        here.count(FIRST_BATCH as i64, FIRST_BATCH);
        here.count(-(FIRST_BATCH as i64), 0);
    }
    assert_eq!(here.allocated.get(), 0);
    for _ in 0..20 {
        here.count(-(BATCH as i64), 0);
        here.count(BATCH as i64, BATCH);
    }
    assert_eq!(here.batch.get(), BATCH);
    // Leaves the counters as they were, for the other tests of this process.
    here.count(-(FIRST_BATCH as i64), 0);
    here.hand_over();
}

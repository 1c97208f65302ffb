//! Power cuts: at every operation, over many seeds. What was answered for is there, whole and in order.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::journal::AppendError;
use super::verify::Begins;
use super::*;

/// What one life of the journal answered for.
struct Witness {
    acked: u64,
    tried: u64,
}

/// Random batches until the power goes or enough is written.
fn live(disk: &SimDisk, rng: &mut StdRng, witness: &mut Witness) -> Result<(), AppendError> {
    let Ok(opened) = open(disk) else { return Err(AppendError::Broken) };
    let mut log = opened.log;
    assert!(log.head().seq >= witness.acked && log.head().seq <= witness.tried, "opened between acked and tried");
    witness.acked = log.head().seq;
    for _ in 0..6 {
        let next = log.head().seq + 1;
        let last = next + rng.random_range(0..4);
        witness.tried = witness.tried.max(last);
        log.append(&commits(next..=last))?;
        if rng.random() {
            log.sync()?;
            witness.acked = last;
        }
    }
    Ok(())
}

fn check(disk: &SimDisk, witness: &Witness, seed: u64) {
    let opened = open(disk).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    let head = opened.log.head().seq;
    assert!(head >= witness.acked, "seed {seed}: acknowledged {} and found {head}", witness.acked);
    assert!(head <= witness.tried, "seed {seed}: found {head}, more than was tried");
    assert_eq!(lines(&opened.log), expected(1..=head), "seed {seed}");
    let report = verify::journal(disk, Some(&keys()), Begins::AtOne).unwrap();
    assert_eq!((report.count, report.torn), (head, None), "seed {seed}");
}

#[test]
fn nothing_acknowledged_is_lost_wherever_the_power_goes() {
    let (mut torn, mut cut_in_open) = (0, 0);
    for seed in 0..200 {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut disk = SimDisk::new(seed);
        let mut witness = Witness { acked: 0, tried: 0 };
        for _ in 0..6 {
            disk.cut_power_after(rng.random_range(0..70));
            cut_in_open += u32::from(live(&disk, &mut rng, &mut witness).is_err());
            disk = disk.crash();
            torn += u32::from(open(&disk.clone()).is_ok_and(|opened| opened.torn.is_some()));
            check(&disk, &witness, seed);
        }
    }
    assert!(torn > 50 && cut_in_open > 50, "the seeds reach what they should: {torn} torn, {cut_in_open} cut");
}

#[test]
fn every_operation_may_be_the_last() {
    let life = |disk: &SimDisk, witness: &mut Witness| {
        let mut rng = StdRng::seed_from_u64(5);
        live(disk, &mut rng, witness).and_then(|()| live(disk, &mut rng, witness))
    };
    let measure = SimDisk::new(1);
    life(&measure, &mut Witness { acked: 0, tried: 0 }).unwrap();
    for operation in 0..measure.operations() {
        for seed in 0..8 {
            let disk = SimDisk::new(seed);
            let mut witness = Witness { acked: 0, tried: 0 };
            disk.cut_power_after(operation);
            assert!(life(&disk, &mut witness).is_err());
            check(&disk.crash(), &witness, seed);
        }
    }
}

#[test]
fn a_failed_sync_is_the_end() {
    let disk = written(&[1..=2]);
    let mut log = open(&disk).unwrap().log;
    log.append(&commits(3..=4)).unwrap();
    disk.fail_next_sync();
    assert!(matches!(log.sync(), Err(AppendError::SyncFailed(_))));
    assert!(matches!(log.sync(), Err(AppendError::Broken)), "no second try");
    assert!(matches!(log.append(&commits(5..=5)), Err(AppendError::Broken)));
    assert_eq!(open(&disk.crash()).unwrap().log.head().seq, 2, "the disk had dropped it");
}

#[test]
fn a_failed_sync_at_a_turn_of_segments_is_the_end_too() {
    let disk = written(&[1..=5]);
    let mut log = open(&disk).unwrap().log;
    disk.fail_next_sync();
    assert!(matches!(log.append(&commits(6..=10)), Err(AppendError::SyncFailed(_))));
    assert!(matches!(log.sync(), Err(AppendError::Broken)));
}

#[test]
fn a_dead_handle_touches_nothing() {
    let disk = written(&[1..=2]);
    let mut log = open(&disk).unwrap().log;
    let after = disk.crash();
    assert!(log.append(&commits(3..=3)).is_err());
    assert_eq!(open(&after).unwrap().log.head().seq, 2);
}

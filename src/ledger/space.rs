//! Room on the disk.
//!
//! Owns the reserve: a file beside the journal that is given up so that what ends grants can still be written.
//! Refuses to know what is written with it. One law: room is short exactly while the reserve is gone.

use std::io;

use super::disk::Disk;

/// The reserve's name, beside the segments.
const RESERVE: &str = "reserve";

/// Gives the room up that a journal holds which nobody writes any more; harmless where there is none.
pub(super) fn give_way<D: Disk>(disk: &D) {
    match disk.remove(RESERVE) {
        Ok(()) => tracing::info!("the reserve of a journal that is written no more was given up"),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => tracing::error!(error = %e, "the reserve of a journal that is written no more could not be given up"),
    }
}

/// Whether the reserve is there, and when it is given up and taken back.
#[derive(Debug)]
pub(super) struct Space {
    reserve: u64,
    low_mark: u64,
    held: bool,
}

impl Space {
    pub fn new<D: Disk>(disk: &D, reserve: u64, low_mark: u64) -> Space {
        let held = matches!(disk.len(RESERVE), Ok(len) if len == reserve);
        let mut space = Space { reserve, low_mark, held };
        space.watch(disk);
        space
    }

    /// Room is short.
    pub fn low(&self) -> bool {
        !self.held
    }

    /// Compares with the mark. Taken back only with room for two, so that it does not come and go.
    pub fn watch<D: Disk>(&mut self, disk: &D) {
        let Ok(free) = disk.free_space() else { return };
        if self.held && free < self.low_mark {
            self.give_up(disk);
        } else if !self.held && free >= self.low_mark.saturating_add(self.reserve.saturating_mul(2)) {
            self.take_back(disk);
        }
    }

    /// Gives the reserve up; harmless when it is gone already.
    pub fn give_up<D: Disk>(&mut self, disk: &D) {
        match disk.remove(RESERVE) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                tracing::error!(error = %e, "the journal's reserve could not be given up");
            }
            _ if self.held => tracing::warn!("room is short: the journal's reserve was given up"),
            _ => {}
        }
        self.held = false;
    }

    fn take_back<D: Disk>(&mut self, disk: &D) {
        match disk.allocate(RESERVE, self.reserve) {
            Ok(()) => self.held = true,
            Err(e) => {
                tracing::warn!(error = %e, "the journal's reserve could not be allocated");
                self.give_up(disk);
            }
        }
    }
}

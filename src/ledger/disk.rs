//! The disk, as the journal sees it: one directory of files that only grow, are cut, and are synced.
//!
//! Owns the port and its implementation on the file system. Refuses to know what a line is.
//! One law: nothing is durable before `sync` (bytes) and `sync_dir` (names) have answered.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::FallocateFlags;

/// One directory. Names are plain file names.
pub trait Disk: Send + Sync + 'static {
    /// Names of all files, in order.
    ///
    /// # Errors
    /// What the disk answers; so for every method here.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Bytes in the file.
    fn len(&self, name: &str) -> io::Result<u64>;
    /// At most `len` bytes from `offset`; fewer only at the end of the file.
    fn read(&self, name: &str, offset: u64, len: usize) -> io::Result<Vec<u8>>;
    /// Makes an empty file that must not exist.
    fn create(&self, name: &str) -> io::Result<()>;
    /// Makes a file of `len` bytes that really take their room, replacing one that is there.
    fn allocate(&self, name: &str, len: u64) -> io::Result<()>;
    /// Writes at the end. After an error any part of `bytes` may be there.
    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// Cuts the file to `len` bytes.
    fn truncate(&self, name: &str, len: u64) -> io::Result<()>;
    /// Makes the file's bytes and length durable. After an error they may be lost and no later success says otherwise.
    fn sync(&self, name: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes the names durable.
    fn sync_dir(&self) -> io::Result<()>;
    /// Bytes that can still be written.
    fn free_space(&self) -> io::Result<u64>;
}

/// A directory of the file system: 0700, its files 0600.
#[derive(Debug)]
pub struct FsDisk {
    dir: PathBuf,
    /// The file written last, kept open: opening costs more than a write.
    open: Mutex<Option<(String, File)>>,
}

impl Clone for FsDisk {
    fn clone(&self) -> FsDisk {
        FsDisk::at(&self.dir)
    }
}

impl FsDisk {
    /// Opens the directory, making it if need be, its name durable.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(dir: &Path) -> io::Result<FsDisk> {
        if !dir.is_dir() {
            make_dir(dir)?;
        }
        Ok(FsDisk::at(dir))
    }

    /// The directory as it is, to read from.
    #[must_use]
    pub fn at(dir: &Path) -> FsDisk {
        FsDisk { dir: dir.into(), open: Mutex::new(None) }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    fn writing<T>(&self, name: &str, act: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.as_mut() {
            Some((held, file)) if held == name => act(file),
            _ => {
                let file = OpenOptions::new().append(true).open(self.dir.join(name))?;
                let (_, file) = open.insert((name.to_owned(), file));
                act(file)
            }
        }
    }

    fn forget(&self, name: &str) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.take_if(|(held, _)| held == name);
    }
}

/// Makes a directory that only its owner may enter, and its name durable.
pub(super) fn make_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    match dir.parent() {
        Some(parent) if parent != Path::new("") => sync_dir(parent),
        _ => sync_dir(Path::new(".")),
    }
}

pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

impl Disk for FsDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            if entry.file_type()?.is_file()
                && let Ok(name) = entry.file_name().into_string()
            {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn len(&self, name: &str) -> io::Result<u64> {
        Ok(fs::metadata(self.dir.join(name))?.len())
    }

    fn read(&self, name: &str, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let file = File::open(self.dir.join(name))?;
        let mut bytes = vec![0; len];
        let mut filled = 0;
        while filled < len {
            match file.read_at(&mut bytes[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    fn create(&self, name: &str) -> io::Result<()> {
        let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(self.dir.join(name))?;
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some((name.to_owned(), file));
        Ok(())
    }

    fn allocate(&self, name: &str, len: u64) -> io::Result<()> {
        let path = self.dir.join(name);
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        match rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, len) {
            Ok(()) => file.sync_all(),
            Err(rustix::io::Errno::OPNOTSUPP) => fill(file, len),
            Err(e) => Err(e.into()),
        }
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.writing(name, |file| file.write_all(bytes))
    }

    fn truncate(&self, name: &str, len: u64) -> io::Result<()> {
        self.writing(name, |file| file.set_len(len))
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.writing(name, |file| file.sync_data())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.forget(name);
        fs::remove_file(self.dir.join(name))
    }

    fn sync_dir(&self) -> io::Result<()> {
        sync_dir(&self.dir)
    }

    fn free_space(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.dir)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

/// For file systems that cannot allocate: zeros, written.
fn fill(mut file: File, len: u64) -> io::Result<()> {
    io::copy(&mut io::Read::take(io::repeat(0), len), &mut file)?;
    file.sync_all()
}

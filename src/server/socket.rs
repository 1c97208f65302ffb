//! The Unix socket beside a store: where it is, how it is made, how it is reached.
//!
//! Refuses to know what is said over it. Whoever makes it holds the store's lock, so that whatever stands in its place is
//! left over.
//!
//! Law: at no moment may anybody but its owner open it.

use std::{
    ffi::OsString,
    fs::{self, File, Permissions},
    io,
    os::{
        fd::AsRawFd as _,
        unix::{
            fs::{FileTypeExt as _, PermissionsExt as _},
            net::UnixStream,
        },
    },
    path::{Path, PathBuf},
};

use tokio::net::UnixListener;

/// The longest path that every system takes as a socket's name: 104 bytes on some, with the zero at its end.
const LONGEST: usize = 100;

/// Beside the store, named after it.
#[must_use]
pub fn path(store: &Path) -> PathBuf {
    let store = std::path::absolute(store).unwrap_or_else(|_| store.to_path_buf());
    let name = store.file_name().map_or_else(|| OsString::from("jitney"), OsString::from);
    store.with_file_name(ending(name, ".sock"))
}

/// A socket that is listened on. It is gone when this is.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Makes the socket of this store in the place of one that is left over.
    ///
    /// # Errors
    /// If something that is no socket stands there, or it cannot be made.
    pub fn bind(store: &Path) -> io::Result<Self> {
        let path = path(store);
        is_free(&path)?;
        // Whoever connects to a name that is not known yet finds it open to its owner alone.
        let name = path.file_name().map(OsString::from).unwrap_or_default();
        let unnamed = path.with_file_name(ending(name, ".new"));
        is_free(&unnamed)?;
        drop(fs::remove_file(&unnamed));
        let listener = reach(&unnamed, |short| UnixListener::bind(short))?;
        fs::set_permissions(&unnamed, Permissions::from_mode(0o600))?;
        fs::rename(&unnamed, &path)?;
        Ok(Self { listener, path })
    }

    /// The next who connects.
    ///
    /// # Errors
    /// If the system has no room for them.
    pub async fn accept(&self) -> io::Result<tokio::net::UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // A later start replaces what is left.
        let _ = fs::remove_file(&self.path);
    }
}

/// Connects to the socket of a store.
///
/// # Errors
/// [`io::ErrorKind::NotFound`] or [`io::ErrorKind::ConnectionRefused`] where nobody listens.
pub fn connect(store: &Path) -> io::Result<UnixStream> {
    reach(&path(store), |short| UnixStream::connect(short))
}

fn is_free(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            let taken = format!("{} is no socket, and stands in the way of one", path.display());
            Err(io::Error::new(io::ErrorKind::AlreadyExists, taken))
        }
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

/// Uses a path that may be longer than a socket's name: then by way of its open folder.
fn reach<T>(path: &Path, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return act(path) };
    if path.as_os_str().len() <= LONGEST {
        return act(path);
    }
    let open = File::open(folder)?;
    act(&Path::new("/proc/self/fd").join(open.as_raw_fd().to_string()).join(name))
}

fn ending(mut name: OsString, ending: &str) -> OsString {
    name.push(ending);
    name
}

#[cfg(test)]
mod tests {
    use std::{io::ErrorKind, os::unix::net::UnixListener as Left};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn it_stands_beside_the_store_for_its_owner_alone_and_goes_with_its_listener() {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("store");
        assert_eq!(connect(&store).unwrap_err().kind(), ErrorKind::NotFound);
        let socket = Socket::bind(&store).unwrap();
        assert_eq!(mode(&dir.path().join("store.sock")), 0o600);
        assert!(connect(&store).is_ok());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left there");
        drop(socket);
        assert_eq!(connect(&store).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn what_is_left_over_is_replaced_and_what_is_no_socket_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("store");
        for name in ["store.sock", "store.sock.new"] {
            drop(Left::bind(dir.path().join(name)).unwrap());
        }
        assert_eq!(connect(&store).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        drop(Socket::bind(&store).unwrap());
        fs::write(dir.path().join("store.sock"), "somebody's").unwrap();
        assert_eq!(Socket::bind(&store).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(dir.path().join("store.sock")).unwrap(), "somebody's");
    }

    #[tokio::test]
    async fn a_path_that_is_longer_than_a_sockets_name_is_reached() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a".repeat(90)).join("b".repeat(90));
        fs::create_dir_all(&deep).unwrap();
        let socket = Socket::bind(&deep.join("store")).unwrap();
        assert!(connect(&deep.join("store")).is_ok());
        assert_eq!(mode(&deep.join("store.sock")), 0o600);
        drop(socket);
        assert_eq!(fs::read_dir(&deep).unwrap().count(), 0);
    }

    #[test]
    fn a_store_without_a_name_has_one_all_the_same() {
        assert_eq!(path(Path::new("/data/jitney/")), Path::new("/data/jitney.sock"));
        assert_eq!(path(Path::new("/")), Path::new("/jitney.sock"));
        assert!(path(Path::new("data/jitney")).ends_with("data/jitney.sock"));
    }
}

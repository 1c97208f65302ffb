//! A stack of its own for whoever parses what nests.

use std::thread;

/// What nests is measured before it is parsed, so that a part of this is enough.
const STACK: usize = 64 << 20;

/// Whoever has this stands on the large stack.
#[derive(Debug)]
pub struct Deep(());

/// Runs something on a stack of its own; nothing where it broke.
pub fn deeply<T: Send>(run: impl FnOnce(&Deep) -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let deep = thread::Builder::new().name("reader".to_owned()).stack_size(STACK);
        deep.spawn_scoped(scope, || run(&Deep(()))).ok()?.join().ok()
    })
}

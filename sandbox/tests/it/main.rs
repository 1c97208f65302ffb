//! The sandbox as a new user meets it: the real program, its page in a real browser.

mod browser;
mod process;
mod sandbox;
mod walk;

//! Plays: people with names do things, and what they see stands beside it.

mod life;

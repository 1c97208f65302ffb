//! Plays: people with names do things, and what they see stands beside it.

mod asking;
mod audit;
mod catalogue;
mod custody;
mod deciding;
mod home;
mod life;
mod listing;
mod outage;
mod people;
mod restart;
mod searching;
mod taking;
mod ticket_faults;
mod tickets;

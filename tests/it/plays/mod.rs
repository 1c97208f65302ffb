//! Plays: people with names do things, and what they see stands beside it.

mod alarm;
mod asking;
mod audit;
mod catalogue;
mod custody;
mod deciding;
mod freezing;
mod home;
mod identity;
mod life;
mod listing;
mod outage;
mod people;
mod reading;
mod refusing;
mod reminding;
mod restart;
mod revoking;
mod rows;
mod searching;
mod shortening;
mod states;
mod steps;
mod taking;
mod ticket_faults;
mod tickets;

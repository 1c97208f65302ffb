//! Plays: people with names do things, and what they see stands beside it.

mod alarm;
mod asking;
mod audit;
mod catalogue;
mod custody;
mod deciding;
mod emergency;
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
mod rows;
mod searching;
mod states;
mod steps;
mod taking;
mod ticket_faults;
mod tickets;

//! Each message in its words, as it stands in each state.

use serde_json::{Value, json};

use super::{cast::*, *};
use crate::domain::request::Request;

mod accounts;
mod alerts;
mod approvers;
mod during;
mod emergencies;
mod extending;
mod forms;
mod nudges;
mod refusals;
mod requesters;
mod typed;

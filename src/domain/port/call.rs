//! What a promise asks of a vendor, as far as it takes rights of its own.

use serde::{Deserialize, Serialize};

use super::Effect;

/// Calls that need the same right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Looking people up.
    FindPeople,
    /// Looking who stands in a group.
    ReadGroup,
    /// Adding to a group, and removing from it.
    ChangeGroup,
    /// Opening a ticket.
    CreateTicket,
    /// Commenting on one.
    CommentTicket,
    /// Moving one.
    MoveTicket,
}

impl Effect {
    /// Whether a try of it only reads: it can be made again as it was, and changes nothing.
    #[must_use]
    pub const fn is_a_look(&self) -> bool {
        matches!(self.call(), Some(Call::FindPeople | Call::ReadGroup))
    }

    /// What it asks for; nothing of those whose rights are nobody's to give apart.
    #[must_use]
    pub const fn call(&self) -> Option<Call> {
        match self {
            Self::IdentifyPerson { .. }
            | Self::FindApprovers { .. }
            | Self::CheckAuthority { .. }
            | Self::CheckRevoker { .. } => Some(Call::FindPeople),
            Self::CheckStanding { .. } | Self::CheckMember { .. } => Some(Call::ReadGroup),
            Self::AddMember { .. } | Self::RemoveMember { .. } => Some(Call::ChangeGroup),
            Self::CreateTicket { .. } => Some(Call::CreateTicket),
            Self::CommentTicket { .. } => Some(Call::CommentTicket),
            Self::MoveTicket { .. } => Some(Call::MoveTicket),
            Self::Reply { .. }
            | Self::Remind { .. }
            | Self::TellFallback { .. }
            | Self::Nudge { .. }
            | Self::TellOwner { .. }
            | Self::AlertAdmins { .. }
            | Self::TellAudit { .. }
            | Self::AnnounceFreeze { .. } => None,
        }
    }
}

//! The one door of every vendor: reads the call, logs it, applies the fault that is about it, lets the vendor answer.
//!
//! It knows no vendor's rules. Law: what must be done is done even when the client has gone away meanwhile.

use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;

use crate::clock;
use crate::faults::{FaultId, What};
use crate::net::Cut;
use crate::wire::{Asked, Reply};
use crate::world::World;
use crate::{Vendor, jira, okta, slack};

/// Which vendor's door this is.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) world: World,
    pub(crate) vendor: Vendor,
}

/// How a call ends on the wire.
enum End {
    Answer(Reply),
    Cut,
}

pub(crate) async fn answer(
    State(front): State<Front>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let Some(asked) = Asked::read(request).await else {
        return Reply::empty(413).into_response();
    };
    match front.receive(asked).await {
        End::Answer(reply) => reply.into_response(),
        End::Cut => {
            cut.cut();
            std::future::pending().await
        }
    }
}

impl Front {
    async fn receive(&self, asked: Asked) -> End {
        let (seq, fault, down) = self.enter(&asked);
        if down {
            return End::Cut;
        }
        match fault {
            None => End::Answer(self.done(seq, &asked)),
            Some((id, what)) => self.faulted(seq, id, what, asked).await,
        }
    }

    fn enter(&self, asked: &Asked) -> (u64, Option<(FaultId, What)>, bool) {
        self.world.change(|state| {
            let (now, elapsed) = (state.clock.now(), state.clock.elapsed());
            let seq = state.calls.enter(self.vendor, asked, now, elapsed);
            let call = state.calls.all().next_back().cloned();
            let down = state.down.contains(&self.vendor);
            let fault = call.filter(|_| !down).and_then(|call| state.faults.take(&call));
            let id = fault.as_ref().map(|(id, _)| id.0);
            state.calls.with(seq, |call| call.fault = id);
            (seq, fault, down)
        })
    }

    /// Lets the vendor do it, and notes the answer in the log.
    fn done(&self, seq: u64, asked: &Asked) -> Reply {
        self.world.change(|state| {
            let reply = match self.vendor {
                Vendor::Slack => slack::web::answer(state, asked),
                Vendor::Okta => okta::answer(state, asked),
                Vendor::Jira => jira::answer(state, asked),
            };
            note(state, seq, &reply);
            reply
        })
    }

    fn not_done(&self, seq: u64, reply: Reply) -> End {
        self.world.change(|state| note(state, seq, &reply));
        End::Answer(reply)
    }

    async fn faulted(&self, seq: u64, id: FaultId, what: What, asked: Asked) -> End {
        match what {
            What::Hang | What::HoldThenDo | What::DelayThenDo { .. } => self.held(seq, id, what, asked).await,
            What::DropBefore => End::Cut,
            What::DropAfter => {
                self.done(seq, &asked);
                End::Cut
            }
            What::Duplicate => {
                let first = self.done(seq, &asked);
                self.done(seq, &asked);
                End::Answer(first)
            }
            What::Empty => End::Answer(self.done(seq, &asked).emptied()),
            What::Truncated => End::Answer(self.done(seq, &asked).truncated()),
            _ => {
                let reply = self.world.change(|state| self.refusal(state, id, &what));
                self.not_done(seq, reply)
            }
        }
    }

    fn refusal(&self, state: &mut crate::State, id: FaultId, what: &What) -> Reply {
        match what {
            What::Status { code, body, headers } => status(*code, body, headers),
            What::SlackError { error } => Reply::json(200, &serde_json::json!({"ok": false, "error": error})),
            What::Html { code } => Reply::html(*code),
            What::RateLimited { .. } => {
                let until = state.faults.get(id).and_then(|active| active.until).unwrap_or_default();
                let left = until.saturating_sub(state.clock.elapsed());
                let secs = left.as_secs() + u64::from(left.subsec_nanos() > 0);
                match self.vendor {
                    Vendor::Slack => slack::web::too_many(secs),
                    Vendor::Okta => okta::too_many(state, secs),
                    Vendor::Jira => jira::too_many(state, secs),
                }
            }
            What::Unauthorized => match self.vendor {
                Vendor::Slack => slack::web::error("invalid_auth"),
                Vendor::Okta => okta::unauthorized(state),
                Vendor::Jira => jira::unauthorized(),
            },
            _ => match self.vendor {
                Vendor::Slack => slack::web::missing_scope(state),
                Vendor::Okta => okta::forbidden(state),
                Vendor::Jira => jira::forbidden(),
            },
        }
    }

    /// In a task of its own: the client may be gone when it is done.
    async fn held(&self, seq: u64, id: FaultId, what: What, asked: Asked) -> End {
        let front = self.clone();
        let task = tokio::spawn(async move {
            let hold = Hold::new(&front.world, id);
            match what {
                What::DelayThenDo { ms } => clock::pause(std::time::Duration::from_millis(ms)).await,
                What::HoldThenDo => {
                    front
                        .wait_for(|state| state.faults.get(id).is_none_or(|active| active.released || active.lifted))
                        .await
                }
                _ => {
                    front.wait_for(|state| state.faults.get(id).is_none_or(|active| active.lifted)).await;
                    return End::Cut;
                }
            }
            drop(hold);
            End::Answer(front.done(seq, &asked))
        });
        task.await.unwrap_or(End::Cut)
    }

    async fn wait_for(&self, mut holds: impl FnMut(&crate::State) -> bool) {
        self.world.watch(|state| holds(state).then_some(())).await;
    }
}

fn note(state: &mut crate::State, seq: u64, reply: &Reply) {
    let error = serde_json::from_slice::<serde_json::Value>(&reply.body)
        .ok()
        .and_then(|body| body.get("error").and_then(|error| error.as_str()).map(str::to_owned));
    state.calls.with(seq, |call| {
        call.status = Some(reply.status);
        call.error = error;
        call.reply = Some(String::from_utf8_lossy(&reply.body).into_owned());
    });
}

fn status(code: u16, body: &serde_json::Value, headers: &[(String, String)]) -> Reply {
    let mut reply = match body {
        serde_json::Value::Null => Reply::empty(code),
        serde_json::Value::String(text) => Reply { body: text.clone().into_bytes(), ..Reply::empty(code) },
        other => Reply::json(code, other),
    };
    reply.headers.extend(headers.iter().cloned());
    reply
}

/// Counts a held call for as long as it is held, also when its task is dropped.
struct Hold {
    world: World,
    id: FaultId,
}

impl Hold {
    fn new(world: &World, id: FaultId) -> Self {
        world.change(|state| state.faults.with(id, |active| active.held += 1));
        Self { world: world.clone(), id }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.world.change(|state| state.faults.with(self.id, |active| active.held -= 1));
    }
}

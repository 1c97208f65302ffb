//! Frames as Slack documents them, and as it does not.

use super::*;

fn parsed(frame: &Value) -> Frame {
    Frame::parse(&frame.to_string())
}

#[test]
fn an_envelope_keeps_what_it_says() {
    let frame = json!({
        "envelope_id": "e1", "type": "events_api", "accepts_response_payload": false,
        "retry_attempt": 2, "retry_reason": "timeout", "payload": { "event": { "type": "app_home_opened" } },
    });
    let expected = Envelope {
        id: EnvelopeId::parse("e1").unwrap(),
        kind: EnvelopeKind::EventsApi,
        payload: json!({ "event": { "type": "app_home_opened" } }),
        accepts_response_payload: false,
        retry_attempt: 2,
    };
    assert_eq!(parsed(&frame), Frame::Envelope(expected));
}

#[test]
fn a_kind_from_the_future_is_an_envelope_too() {
    let frame = parsed(&json!({ "envelope_id": "e1", "type": "telepathy" }));
    let Frame::Envelope(envelope) = frame else { panic!("{frame:?}") };
    assert_eq!(envelope.kind, EnvelopeKind::Other("telepathy".to_owned()));
    assert_eq!(envelope.payload, Value::Null);
}

#[test]
fn ends_are_told_apart() {
    let end = |reason: &str| parsed(&json!({ "type": "disconnect", "reason": reason }));
    assert_eq!(end("warning"), Frame::Disconnect(Reason::Refresh));
    assert_eq!(end("refresh_requested"), Frame::Disconnect(Reason::Refresh));
    assert_eq!(end("link_disabled"), Frame::Disconnect(Reason::LinkDisabled));
    assert_eq!(end("too_many_websockets"), Frame::Disconnect(Reason::TooManySockets));
    assert_eq!(parsed(&json!({ "type": "disconnect" })), Frame::Disconnect(Reason::Refresh));
}

#[test]
fn payloads_are_mended() {
    let mended = |mut payload: Value| {
        mend(&mut payload);
        payload
    };
    assert_eq!(
        mended(json!({ "view": { "state": { "values": [] } }, "state": { "values": [] } })),
        json!({ "view": { "state": { "values": {} } }, "state": { "values": {} } })
    );
    let filled = json!({ "view": { "state": { "values": { "a": { "b": { "value": [] } } } } } });
    assert_eq!(mended(filled.clone()), filled);
    assert_eq!(mended(json!({ "team": null, "enterprise": { "id": "E1" } }))["team"], json!({ "id": "E1" }));
    assert_eq!(mended(json!({ "team": null }))["team"], json!({ "id": "" }));
    assert_eq!(
        mended(json!({ "message": { "ts": "1.2", "metadata": { "event_payload": { "n": 1 } } } })),
        json!({ "message": { "ts": "1.2" } })
    );
    for odd in [json!(null), json!([]), json!("x"), json!({ "message": 1, "state": 2, "view": [] })] {
        assert_eq!(mended(odd.clone()), odd);
    }
}

#[test]
fn an_oddity_is_acknowledged_only_if_nobody_waits_for_it() {
    let idle = |id: &str| Frame::Oddity(Some(Oddity::Idle(EnvelopeId::parse(id).unwrap())));
    let awaited = |id: &str| Frame::Oddity(Some(Oddity::Awaited(EnvelopeId::parse(id).unwrap())));
    assert_eq!(Frame::parse(r#"{"envelope_id":"e-1","type":"events_api"}"#), idle("e-1"));
    assert_eq!(Frame::parse(r#"{"envelope_id" : "e-1","type":"events_api","payload":{"a"#), idle("e-1"));
    assert_eq!(Frame::parse(r#"{"envelope_id":"e-1","type":"interactive","payload":[]}"#), awaited("e-1"));
    assert_eq!(Frame::parse(r#"{"payload":{"trigger_id":"1.2","envelope_id":"e-1","#), awaited("e-1"));
    for nameless in
        ["", "null", "{}", "\u{0}", r#"{"envelope_id":""}"#, r#"{"envelope_id":7}"#, r#"{"envelope_id":"a\u0022b"}"#]
    {
        assert_eq!(Frame::parse(nameless), Frame::Oddity(None), "{nameless}");
    }
}

#[test]
fn slacks_documented_samples_are_read() {
    let Some(contracts) = crate::slack::fake::contracts() else { return };
    let path = format!("{contracts}/slack/socket-mode/docs-samples.json");
    let samples: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(parsed(&samples["hello"]), Frame::Hello);
    for end in samples["disconnect"].as_array().unwrap() {
        assert!(matches!(parsed(end), Frame::Disconnect(_)), "{end}");
    }
    for (name, kind) in [
        ("slash_commands", EnvelopeKind::SlashCommands),
        ("block_actions", EnvelopeKind::Interactive),
        ("block_suggestion", EnvelopeKind::Interactive),
    ] {
        let Frame::Envelope(envelope) = parsed(&samples[name]) else { panic!("{name}") };
        assert_eq!(envelope.kind, kind);
        assert_eq!(envelope.payload, samples[name]["payload"]);
        assert!(envelope.accepts_response_payload);
    }
}

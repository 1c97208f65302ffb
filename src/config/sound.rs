//! What the tests of several rooms begin with.

/// A sound configuration that says as little as it can.
pub const SOUND: &str = r#"
[slack]
bot_token = "xoxb-1"
app_token = "xapp-1"
admins = ["security@acme.example"]

[okta]
org_url = "https://acme.okta.com"
token = "00token"

[approvers]
soc = ["carol@acme.example"]

[[application]]
id = "prod-db"
name = "Production Database"
owners = ["bob@acme.example"]

[[application.entitlement]]
id = "rw"
name = "Read-Write"
okta_group = "00gPRODRW"
sensitivity = "high"
approval = ["owner"]
max_duration = "8h"
requesters = ["okta:00gENG"]
"#;

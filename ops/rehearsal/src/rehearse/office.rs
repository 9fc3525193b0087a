//! The city's staff at work, over HTTP: five people in five roles. Each morning on which there is work they sign in anew, with codes that the
//! administrator issues; the administrator's own comes from the server.

use serde::Deserialize;
use serde_json::json;

use super::http::Client;
use super::server::Server;
use super::setting::Setting;

/// Who works there: what they type, what colleagues read, their role.
const ADMINISTRATOR: (&str, &str) = ("kanri", "管理 太郎");
const PREPARER: (&str, &str, &str) = ("sato", "佐藤 花子", "preparer");
const APPROVER: (&str, &str, &str) = ("suzuki", "鈴木 太郎", "approver");
const TREASURER: (&str, &str, &str) = ("takahashi", "高橋 花子", "treasurer");
const AUDITOR: (&str, &str, &str) = ("tanaka", "田中 太郎", "auditor");

/// Staff who are signed in.
pub struct Office {
    /// Prepares: rosters, grants, merchants, statements, remittances; examines claims.
    pub preparer: Client,
    /// The second person.
    pub approver: Client,
    /// Budgets, the bank file, the bank's statement, the close.
    pub treasurer: Client,
    /// Sees everything and changes nothing.
    pub auditor: Client,
}

#[derive(Deserialize)]
struct StaffList {
    staff: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    name: String,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Session {
    token: String,
}

/// One morning's signing in.
struct Morning<'a> {
    server: &'a Server,
    setting: &'a Setting,
    door: Client,
    known: Vec<Member>,
}

impl Office {
    /// Everybody signs in. The first time the administrator invites the others.
    pub async fn open(server: &Server, setting: &Setting) -> anyhow::Result<Self> {
        let mut morning = Morning { server, setting, door: server.office(), known: Vec::new() };
        let (name, display_name) = ADMINISTRATOR;
        let code = server.code_of_administrator(name, display_name).await?;
        let administrator = morning.sign_in(name, &code).await?;
        morning.known = administrator.get::<StaffList>("/staff").await?.staff;
        Ok(Self {
            preparer: morning.let_in(&administrator, PREPARER).await?,
            approver: morning.let_in(&administrator, APPROVER).await?,
            treasurer: morning.let_in(&administrator, TREASURER).await?,
            auditor: morning.let_in(&administrator, AUDITOR).await?,
        })
    }
}

impl Morning<'_> {
    /// The administrator invites somebody, or issues a new code to whoever was invited before.
    async fn let_in(&self, administrator: &Client, (name, display_name, role): (&str, &str, &str)) -> anyhow::Result<Client> {
        let key = format!("{name}/{}", self.server.today());
        let code: Code = if self.known.iter().any(|member| member.name == name) {
            administrator.post(&format!("/staff/{name}/code"), &key, &json!({})).await?
        } else {
            administrator.post("/staff", &key, &json!({"name": name, "display_name": display_name, "roles": [role]})).await?
        };
        self.sign_in(name, &code.code).await
    }

    async fn sign_in(&self, name: &str, code: &str) -> anyhow::Result<Client> {
        let Session { token } = self.door.post("/sessions", "sign-in", &json!({"city": self.setting.slug, "name": name, "code": code})).await?;
        Ok(self.door.with_token(token))
    }
}

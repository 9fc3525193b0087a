//! What merchants do for themselves: people, desks, the account, and a new merchant's application.

use serde_json::{Value, json};

use super::super::cast::MANAGER;
use super::super::history::Office;
use super::desks::made;
use super::{Ask, World};

/// Whom merchants have invited, and which desks they have added.
#[derive(Default)]
pub(super) struct People {
    /// Each person with its merchant.
    invited: Vec<(usize, String)>,
    /// The code that was issued last.
    code: Option<String>,
    /// What whoever signed in last shows.
    token: Option<String>,
    /// Desks that were registered.
    terminals: Vec<(usize, String)>,
    /// What the last applicant shows.
    applicant: Option<String>,
}

impl World {
    pub(super) async fn of_office(&mut self, merchant: usize, what: Office) {
        self.planted.about_nothing();
        let (key, manager) = (self.key(), (merchant, MANAGER));
        let any_caller = |any: usize| (merchant, any % 3);
        let ask = match what {
            Office::Me(any) => Ask::get(any_caller(any), "/me"),
            Office::People(any) => Ask::get(any_caller(any), "/people"),
            Office::Terminals(any) => Ask::get(any_caller(any), "/terminals"),
            Office::Account(any) => Ask::get(any_caller(any), "/account"),
            Office::Invite => {
                let answer = self.ask(Ask::post(manager, "/people", &key, &json!({"name": "窓口 花子", "role": "desk"}))).await;
                self.people.code = made(&answer, "code");
                let person = answer.status.is_success().then(|| person(&answer.json())).flatten();
                return self.people.invited.extend(person.map(|person| (merchant, person)));
            }
            Office::IssueCode(any) => {
                let Some((merchant, person)) = pick(&self.people.invited, any) else { return };
                let answer = self.ask(Ask::post((merchant, MANAGER), format!("/people/{person}/code"), &key, &json!({}))).await;
                self.people.code = made(&answer, "code");
                return;
            }
            Office::Remove(any) => {
                let Some((merchant, person)) = pick(&self.people.invited, any) else { return };
                Ask::delete((merchant, MANAGER), format!("/people/{person}"))
            }
            Office::SignIn => {
                let code = self.people.code.clone().unwrap_or_else(|| "not a code".to_owned());
                let ask = Ask { desk: None, key: None, ..Ask::post(manager, "/sessions", &key, &json!({"city": "nikkan", "code": code})) };
                let answer = self.ask(ask).await;
                return self.people.token = made(&answer, "token").or(self.people.token.take());
            }
            Office::SignOut => {
                let token = self.people.token.clone();
                self.ask_with(token.as_deref(), Ask { desk: None, ..Ask::delete(manager, "/sessions/current") }).await;
                return;
            }
            Office::RegisterTerminal => {
                let answer = self.ask(Ask::post(manager, "/terminals", &key, &json!({"label": "二階"}))).await;
                let terminal = answer.status.is_success().then(|| terminal(&answer.json())).flatten();
                return self.people.terminals.extend(terminal.map(|terminal| (merchant, terminal)));
            }
            Office::RevokeTerminal(any) => {
                let Some((merchant, terminal)) = pick(&self.people.terminals, any) else { return };
                Ask::delete((merchant, MANAGER), format!("/terminals/{terminal}"))
            }
            Office::ChangeAccount(well) => Ask::post(manager, "/account/changes", &key, &account(if well { "9998" } else { "0001" })),
            Office::Apply => return self.apply(&key).await,
            Office::Application => {
                let token = self.people.applicant.clone();
                self.ask_with(token.as_deref(), Ask { desk: None, ..Ask::get(manager, "/applications/current") }).await;
                return;
            }
        };
        self.ask(ask).await;
    }

    async fn apply(&mut self, key: &str) {
        let mut application = account("9998");
        let more = json!({"city": "nikkan", "name": "新しい教室", "kana": "アタラシイキョウシツ", "area": "南区", "services": [{"category": "lesson", "expense": "tuition"}]});
        application.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let answer = self.ask(Ask { desk: None, ..Ask::post((0, 0), "/applications", key, &application) }).await;
        self.people.applicant = made(&answer, "token").or(self.people.applicant.take());
    }
}

fn account(bank: &str) -> Value {
    json!({"bank": bank, "branch": "001", "account_kind": "1", "account_number": "7654321", "holder": "テスト"})
}

fn pick(of: &[(usize, String)], any: usize) -> Option<(usize, String)> {
    of.get(any % of.len().max(1)).cloned()
}

/// The number of a person in an answer.
fn person(answer: &Value) -> Option<String> {
    answer["person"]["person"].as_str().map(str::to_owned)
}

/// The number of a desk in an answer.
fn terminal(answer: &Value) -> Option<String> {
    answer["terminal"].as_str().map(str::to_owned)
}

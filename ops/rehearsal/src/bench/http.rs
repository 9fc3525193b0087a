//! `http`: the same as `redeem`, through both APIs, over connections of the loopback network that stay open.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use ledger::ids::{ChildId, MerchantId};
use ledger::money::Yen;
use ledger::session::SignIn;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::Bench;
use super::figures::Figures;
use super::payments::{Cast, EXPENSE, PRICE};
use process::serve::{self, Reached};

/// No answer is longer.
const ANSWER_MAX: usize = 1 << 20;

/// A connection that stays open.
struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a command; returns what is looked for in the body of an answer that is well.
    async fn post<T: DeserializeOwned>(&mut self, path: &str, token: &str, key: &str, body: &impl Serialize) -> anyhow::Result<T> {
        let body = serde_json::to_string(body)?;
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.write_all(request.as_bytes()).await?;
        let (status, body) = self.answer().await?;
        anyhow::ensure!(status.starts_with('2'), "{path} answered {status}: {}", String::from_utf8_lossy(&body));
        Ok(serde_json::from_slice(&body)?)
    }

    async fn answer(&mut self) -> anyhow::Result<(String, Vec<u8>)> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let status = line.split_whitespace().nth(1).context("no answer")?.to_owned();
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).await?;
            let Some((name, value)) = line.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        anyhow::ensure!(length <= ANSWER_MAX, "an answer of {length} bytes");
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok((status, body))
    }
}

/// What a family sends …
#[derive(Serialize)]
struct Payment {
    children: [ChildId; 1],
    merchant: MerchantId,
    expense: &'static str,
    price_yen: Yen,
    own_money: bool,
}

/// … what of the answer it shows at the desk …
#[derive(Deserialize)]
struct Held {
    code: String,
}

/// … what the desk sends …
#[derive(Serialize)]
struct Capture {
    code: String,
    amount_yen: Yen,
}

/// … and the number of its receipt.
#[derive(Deserialize)]
struct Captured {
    #[expect(dead_code, reason = "there must be one")]
    receipt: String,
}

/// The callers: who is signed in, and the connections that are free.
#[derive(Clone)]
struct Callers {
    cast: Cast,
    tokens: Arc<Vec<String>>,
    free: Arc<Mutex<Vec<Client>>>,
}

impl Callers {
    async fn redeem(&self, index: usize) -> anyhow::Result<()> {
        let client = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut client = client.context("more callers than connections")?;
        let (payer, payee) = self.cast.of(index)?;
        let token = index.checked_rem(self.tokens.len()).and_then(|at| self.tokens.get(at)).context("nobody is signed in")?;
        let payment = Payment { children: [payer.child], merchant: payee.merchant, expense: EXPENSE, price_yen: PRICE, own_money: true };
        let held: Held = client.post("/citizen/v1/payments", token, &format!("hold-{index}"), &payment).await?;
        let capture = Capture { code: held.code, amount_yen: PRICE };
        let _: Captured = client.post("/merchant/v1/captures", &payee.token.to_string(), &format!("capture-{index}"), &capture).await?;
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(client);
        Ok(())
    }
}

impl Bench {
    pub(super) async fn http(&self) -> anyhow::Result<Figures> {
        let cast = self.cast().await?;
        let tokens = Arc::new(self.sign_in(&cast).await?);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let routes = serve::router(&self.city.ledger, &Reached::directly("localhost"));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve::serve(listener, routes, async move {
            let _ = stopped.await;
        }));
        let mut free = Vec::new();
        for _ in 0..self.size.concurrency {
            free.push(Client::connect(address).await?);
        }
        let callers = Callers { cast, tokens, free: Arc::new(Mutex::new(free)) };
        let measured = {
            let callers = callers.clone();
            self.measure(move |index| {
                let callers = callers.clone();
                async move { callers.redeem(index).await }
            })
            .await?
        };
        drop(callers);
        let _ = stop.send(());
        serving.await??;
        self.city.ledger.pool.close().await;
        let check = self.receipts_check(measured.times.len());
        self.figures(measured, check).await
    }

    /// Every payer is signed in, as by the code of its letter.
    async fn sign_in(&self, cast: &Cast) -> anyhow::Result<Vec<String>> {
        let (ledger, municipality) = (&self.city.ledger, self.city.municipality());
        let mut tokens = Vec::new();
        for payer in cast.payers.iter() {
            let code = ledger.activation_code(municipality, payer.family).await?;
            let signed_in = ledger.sign_in(municipality, &SignIn { code, origin: "bench".to_owned() }).await?;
            tokens.push(signed_in.token.to_string());
        }
        Ok(tokens)
    }
}

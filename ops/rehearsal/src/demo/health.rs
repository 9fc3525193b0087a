//! Asks a running service for its health over HTTP, as a stranger would.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(10);
/// A healthy answer is a few hundred bytes.
const ANSWER_BYTES_MAX: u64 = 16 * 1024;

/// Asks for `/health` at `address`.
///
/// # Errors
/// Why it is not healthy: no answer, or which.
pub async fn ask(address: SocketAddr) -> anyhow::Result<()> {
    let answer = tokio::time::timeout(PATIENCE, get(address)).await.context("no answer in time")??;
    let status = answer.lines().next().unwrap_or_default();
    anyhow::ensure!(status.starts_with("HTTP/1.1 200 ") && answer.ends_with(r#"{"status":"ok"}"#), "the answer is {status}");
    Ok(())
}

async fn get(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
    stream.write_all(format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer).await?;
    Ok(answer)
}

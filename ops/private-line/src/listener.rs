//! A listener that lets in whoever shows a certificate of the authority, and nobody else.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificates::{Certificates, CertificatesError};

/// Longer than a handshake over a slow line takes.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// When accepting fails (no more file descriptors) it is tried again after this.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Connections whose other end has shown who it is. Handshakes go on side by side: one that stalls keeps nobody waiting.
pub struct TlsListener {
    let_in: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    /// Listens behind `listener` with these certificates.
    pub fn new(listener: TcpListener, certificates: &Certificates) -> Result<Self, CertificatesError> {
        let acceptor = TlsAcceptor::from(Arc::new(certificates.server()?));
        let address = listener.local_addr().map_err(CertificatesError::Listen)?;
        let (opened, let_in) = mpsc::channel(16);
        tokio::spawn(accept(listener, acceptor, opened));
        Ok(Self { let_in, address })
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, opened: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // Nobody listens any more.
            () = opened.closed() => return,
        };
        let Ok((stream, from)) = accepted else {
            tokio::time::sleep(TRY_AGAIN).await;
            continue;
        };
        let (acceptor, opened) = (acceptor.clone(), opened.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => drop(opened.send((stream, from)).await),
                Ok(Err(error)) => tracing::warn!(%from, %error, "not let in at the Till"),
                Err(_) => tracing::warn!(%from, "a handshake at the Till took too long"),
            }
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.let_in.recv().await {
            Some(opened) => opened,
            // The task that accepts ends after its listener only.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

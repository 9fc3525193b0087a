//! The two certificates of the private line, and how they are used. Each end has a folder with three files:
//!
//! ```text
//! authority.pem   whose certificates are believed
//! own.pem         what this end shows
//! own.key         its key, readable by its owner only
//! ```

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// How long a pair of certificates is good for. Both are replaced together, by making them anew.
const YEARS: i32 = 3;

/// One end's certificates.
#[derive(Debug)]
pub struct Certificates {
    authority: CertificateDer<'static>,
    own: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

/// Certificates cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum CertificatesError {
    /// A file cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// They do not fit together.
    #[error("these certificates cannot be used: make both ends' anew with `hagukumi till-certificates`")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// They cannot be made.
    #[error("certificates cannot be made for {host:?}: name the host as the merchants' face will reach it")]
    Make {
        /// The name.
        host: String,
        /// Why.
        #[source]
        source: rcgen::Error,
    },
    /// The listener is gone.
    #[error("cannot listen for the merchants' face")]
    Listen(#[source] io::Error),
}

impl Certificates {
    /// Reads the three files of a folder.
    pub fn read(folder: &Path) -> Result<Self, CertificatesError> {
        let certificate = |name: &str| {
            let path = folder.join(name);
            CertificateDer::from_pem_file(&path).map_err(|error| unusable(path, error))
        };
        let path = folder.join("own.key");
        let key = PrivateKeyDer::from_pem_file(&path).map_err(|error| unusable(path, error))?;
        Ok(Self { authority: certificate("authority.pem")?, own: certificate("own.pem")?, key })
    }

    /// For the merchants' end.
    pub(super) fn client(&self) -> Result<ClientConfig, CertificatesError> {
        let builder = ClientConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13]).map_err(tls)?;
        let builder = builder.with_root_certificates(self.believed()?);
        builder.with_client_auth_cert(vec![self.own.clone()], self.key.clone_key()).map_err(tls)
    }

    /// For the inner end.
    pub(super) fn server(&self) -> Result<ServerConfig, CertificatesError> {
        let verifier: Arc<dyn ClientCertVerifier> = WebPkiClientVerifier::builder_with_provider(Arc::new(self.believed()?), provider()).build().map_err(tls)?;
        let builder = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13]).map_err(tls)?;
        let config = builder.with_client_cert_verifier(verifier).with_single_cert(vec![self.own.clone()], self.key.clone_key());
        config.map_err(tls)
    }

    fn believed(&self) -> Result<RootCertStore, CertificatesError> {
        let mut believed = RootCertStore::empty();
        believed.add(self.authority.clone()).map_err(tls)?;
        Ok(believed)
    }
}

/// Makes both ends' certificates anew, in the folders `inner` and `face` of `out`, for an inner service that is reached as `host`. The authority's
/// key is thrown away.
pub fn make(host: &str, out: &Path, today: NaiveDate) -> Result<(), CertificatesError> {
    let failed = |source| CertificatesError::Make { host: host.to_owned(), source };
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    valid(&mut params, "Hagukumi Till", today);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().map_err(failed)?).map_err(failed)?;
    for (end, purpose) in [("inner", ExtendedKeyUsagePurpose::ServerAuth), ("face", ExtendedKeyUsagePurpose::ClientAuth)] {
        let key = KeyPair::generate().map_err(failed)?;
        let names = if end == "inner" { vec![host.to_owned()] } else { Vec::new() };
        let mut params = CertificateParams::new(names).map_err(failed)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        valid(&mut params, end, today);
        let own = params.signed_by(&key, &authority).map_err(failed)?;
        write(&out.join(end), &[("authority.pem", authority.pem()), ("own.pem", own.pem()), ("own.key", key.serialize_pem())])?;
    }
    Ok(())
}

fn valid(params: &mut CertificateParams, name: &str, today: NaiveDate) {
    let day = |year| rcgen::date_time_ymd(year, u8::try_from(today.month()).unwrap_or(1), u8::try_from(today.day().min(28)).unwrap_or(1));
    params.distinguished_name.push(DnType::CommonName, name);
    // From the year before: the other end's clock may be behind.
    params.not_before = day(today.year().saturating_sub(1));
    params.not_after = day(today.year().saturating_add(YEARS));
}

fn write(folder: &Path, files: &[(&str, String)]) -> Result<(), CertificatesError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| unusable(folder.to_owned(), error))?;
    for (name, text) in files {
        let path = folder.join(name);
        let written = fs::remove_file(&path).or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) });
        let opened = written.and_then(|()| OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path));
        opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| unusable(path, error))?;
    }
    Ok(())
}

/// The one implementation, named: with two in a program rustls would not choose.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn unusable(path: PathBuf, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CertificatesError {
    CertificatesError::File { path, source: source.into() }
}

fn tls(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CertificatesError {
    CertificatesError::Tls(error.into())
}

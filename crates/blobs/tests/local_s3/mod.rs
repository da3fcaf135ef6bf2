//! A real S3 service on a TCP port of this machine: s3s-fs, whose objects are files of a folder. It checks signatures.

use std::net::SocketAddr;
use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

pub(crate) const ACCESS_KEY_ID: &str = "test-access-key";
pub(crate) const SECRET_ACCESS_KEY: &str = "test-secret-0123456789abcdef/+=";

/// Serves the buckets of a folder, which are its folders, for as long as the runtime lives.
///
/// # Panics
/// When the folder is none, or there is no such address to listen on.
pub(crate) async fn serve(folder: &Path, address: SocketAddr) -> SocketAddr {
    let mut service = S3ServiceBuilder::new(FileSystem::new(folder).expect("a folder"));
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
    let service = service.build();
    let listener = TcpListener::bind(address).await.expect("a free address");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                // A client that goes away ends its connection, and nothing else.
                let _ =
                    Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    address
}

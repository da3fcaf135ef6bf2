//! An S3 service for trying out `blobs.store = "s3"` on one machine. For development only: it is what the tests run against.
//!
//! ```text
//! cargo run -p selfsame-blobs --example local_s3 -- FOLDER [ADDRESS:PORT]
//! ```
//!
//! FOLDER/selfsame becomes the bucket `selfsame`. The key is printed.

#[path = "../tests/local_s3/mod.rs"]
mod local_s3;

use std::path::PathBuf;

#[expect(clippy::print_stdout, reason = "an example says how to use it")]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder: PathBuf = arguments.next().expect("FOLDER [ADDRESS:PORT]").into();
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:9000".to_owned());
    std::fs::create_dir_all(folder.join("selfsame")).expect("a folder that can be made");
    let address = local_s3::serve(&folder, address.parse().expect("ADDRESS:PORT")).await;
    println!("SELFSAME__DEVELOPMENT=true");
    println!("SELFSAME__BLOBS__STORE=s3");
    println!("SELFSAME__BLOBS__BUCKET=selfsame");
    println!("SELFSAME__BLOBS__ENDPOINT=http://{address}");
    println!("SELFSAME__BLOBS__ACCESS_KEY_ID={}", local_s3::ACCESS_KEY_ID);
    println!("SELFSAME__BLOBS__SECRET_ACCESS_KEY={}", local_s3::SECRET_ACCESS_KEY);
    std::future::pending::<()>().await;
}

//! Single attempts against a real receiver on loopback.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use selfsame_callbacks::{
    AddressRules, Client, ClientParams, Looking, Lookup, Message, Outcome, PrivateNetworks, SigningSecret,
    SystemLookup,
};
use selfsame_domain::{OsEntropy, Timestamp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use uuid::Uuid;

/// A receiver that writes down every request as it came and answers what it is told to.
struct Receiver {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// `answer`: raw HTTP, after `pause`.
    async fn answering(answer: &'static str, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let heard = Arc::clone(&heard);
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    let mut buffer = [0; 4096];
                    while !request.ends_with(b"}") {
                        match stream.read(&mut buffer).await {
                            Ok(0) | Err(_) => break,
                            Ok(read) => request.extend_from_slice(&buffer[..read]),
                        }
                    }
                    heard
                        .lock()
                        .expect("no panic before")
                        .push(String::from_utf8_lossy(&request).into_owned());
                    tokio::time::sleep(pause).await;
                    // The sender may have gone: that is what some tests are about.
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { port, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic before").clone()
    }
}

/// A name server that says for every name what it was told to.
struct Says(Vec<IpAddr>);

impl Lookup for Says {
    fn lookup(&self, _: &str) -> Looking {
        let found = self.0.clone();
        Box::pin(
            async move { if found.is_empty() { Err(io::Error::other("no such name")) } else { Ok(found) } },
        )
    }
}

fn client(development: bool, lookup: impl Lookup + 'static) -> Client {
    client_by(AddressRules { development, ..AddressRules::default() }, lookup)
}

fn client_by(rules: AddressRules, lookup: impl Lookup + 'static) -> Client {
    let params =
        ClientParams { connect_timeout: Duration::from_secs(2), timeout: Duration::from_secs(1), rules };
    Client::new(params, Arc::new(lookup)).expect("a client")
}

async fn attempt(client: &Client, url: &str) -> Outcome {
    let message = Message { content_type: "application/json", body: br#"{"sessionId":"s"}"#.to_vec() };
    let secrets = [SigningSecret::generate(&OsEntropy)];
    client.attempt(url, Uuid::from_u128(7), Timestamp::from_millis(5_000), message, &secrets).await
}

#[tokio::test]
async fn the_request_is_what_is_documented() {
    let receiver = Receiver::answering("HTTP/1.1 204 No Content\r\n\r\n", Duration::ZERO).await;
    let url = format!("http://127.0.0.1:{}/hook?token=1", receiver.port);
    let outcome = attempt(&client(true, SystemLookup), &url).await;
    assert_eq!(outcome, Outcome::Answered { status: 204, retry_after: None });
    let requests = receiver.requests();
    assert_eq!(requests.len(), 1);
    let request = requests[0].to_lowercase();
    assert!(request.starts_with("post /hook?token=1 http/1.1\r\n"), "{request}");
    for header in [
        "content-type: application/json\r\n",
        "webhook-id: 00000000-0000-0000-0000-000000000007\r\n",
        "webhook-timestamp: 5\r\n",
        "webhook-signature: v1,",
        "user-agent: selfsame-callbacks/",
    ] {
        assert!(request.contains(header), "{header} in {request}");
    }
    assert!(requests[0].ends_with("\r\n\r\n{\"sessionId\":\"s\"}"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Duration::ZERO).await;
    // Leaked: the answer has to live as long as the receiver's task.
    let answer: &'static str = Box::leak(
        format!(
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:{}/\r\ncontent-length: 0\r\n\r\n",
            target.port
        )
        .into_boxed_str(),
    );
    let receiver = Receiver::answering(answer, Duration::ZERO).await;
    let outcome = attempt(&client(true, SystemLookup), &format!("http://127.0.0.1:{}/", receiver.port)).await;
    assert_eq!(outcome, Outcome::Answered { status: 307, retry_after: None });
    assert_eq!(target.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_slow_receiver_and_one_that_is_not_there() {
    let slow = Receiver::answering("HTTP/1.1 200 OK\r\n\r\n", Duration::from_secs(5)).await;
    let client = client(true, SystemLookup);
    let began = Instant::now();
    assert_eq!(attempt(&client, &format!("http://127.0.0.1:{}/", slow.port)).await, Outcome::TimedOut);
    assert!(began.elapsed() < Duration::from_secs(3));
    let free =
        TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("its address");
    assert_eq!(attempt(&client, &format!("http://{free}/")).await, Outcome::Unreachable);
}

#[tokio::test]
async fn an_endless_answer_ends() {
    let endless = Receiver::answering(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        Duration::ZERO,
    )
    .await;
    let began = Instant::now();
    let outcome = attempt(&client(true, SystemLookup), &format!("http://127.0.0.1:{}/", endless.port)).await;
    assert_eq!(outcome, Outcome::Answered { status: 200, retry_after: None });
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn retry_after_is_read() {
    let busy = Receiver::answering(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 77\r\ncontent-length: 0\r\n\r\n",
        Duration::ZERO,
    )
    .await;
    let outcome = attempt(&client(true, SystemLookup), &format!("http://127.0.0.1:{}/", busy.port)).await;
    assert_eq!(outcome, Outcome::Answered { status: 503, retry_after: Some(Duration::from_secs(77)) });
}

#[tokio::test]
async fn what_is_not_the_internet_is_never_dialled() {
    let inside = Receiver::answering("HTTP/1.1 200 OK\r\n\r\n", Duration::ZERO).await;
    let loopback: IpAddr = "127.0.0.1".parse().expect("an address");
    let public: IpAddr = "1.1.1.1".parse().expect("an address");
    // A name that pointed elsewhere when it was registered, alone and beside an honest address.
    for found in
        [vec![loopback], vec![public, loopback], vec!["::ffff:127.0.0.1".parse().expect("an address")]]
    {
        let client = client(false, Says(found));
        let outcome = attempt(&client, &format!("https://rebound.example:{}/", inside.port)).await;
        assert_eq!(outcome, Outcome::Forbidden);
    }
    // Literals are not looked up, and so have a check of their own.
    let client = client(false, SystemLookup);
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "localhost"] {
        let outcome = attempt(&client, &format!("https://{host}:{}/", inside.port)).await;
        assert_eq!(outcome, Outcome::Forbidden, "{host}");
    }
    assert_eq!(attempt(&client, "http://bank.example/").await, Outcome::Forbidden, "unencrypted");
    assert_eq!(inside.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_private_network_that_is_listed_is_dialled_and_no_other() {
    let inside = Receiver::answering("HTTP/1.1 200 OK\r\n\r\n", Duration::ZERO).await;
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    let private = PrivateNetworks::parse(&["127.0.0.0/8"]).expect("a network");
    let rules = AddressRules { private, ..AddressRules::default() };
    // It speaks no TLS: that it was reached is all there is to see.
    let client = client_by(rules.clone(), Says(vec![address("127.0.0.1")]));
    let named = attempt(&client, &format!("https://bank.internal:{}/", inside.port)).await;
    let literal = attempt(&client, &format!("https://127.0.0.1:{}/", inside.port)).await;
    for outcome in [named, literal] {
        assert!(matches!(outcome, Outcome::Unreachable | Outcome::TimedOut), "{outcome:?}");
    }
    // What came is written down when the connection is closed.
    let began = Instant::now();
    while inside.requests().len() < 2 && began.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(inside.requests().len(), 2);
    let beside = client_by(rules, Says(vec![address("127.0.0.1"), address("10.0.0.1")]));
    assert_eq!(attempt(&beside, "https://bank.internal/").await, Outcome::Forbidden);
    assert_eq!(attempt(&beside, "https://10.0.0.1/").await, Outcome::Forbidden);
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_unreachable() {
    assert_eq!(
        attempt(&client(false, Says(Vec::new())), "https://gone.example/").await,
        Outcome::Unreachable
    );
}

//! What a browser says, from bytes to [`Input`].

use std::time::Instant;

use bytes::Bytes;
use selfsame_domain::{DeviceInfo, Personal, SessionId};
use selfsame_liveness::{CameraClaims, EnvironmentClaims, FrameSize};
use selfsame_verification::capture::{Input, MAX_CHUNK};
use serde::Deserialize;

/// The protocol that this server speaks.
const PROTOCOL: u32 = 1;
/// Largest tracking picture.
const MOST_TRACKING: usize = 64 * 1024;
/// Longest word of a browser about itself that is kept.
const LONGEST_CLAIM: usize = 120;

#[derive(Debug)]
pub(super) struct Hello {
    pub(super) session: SessionId,
    pub(super) device: DeviceInfo,
    pub(super) device_id: Option<Personal<String>>,
}

#[derive(Debug)]
pub(super) enum Message {
    Hello(Hello),
    Input(Input),
}

/// What the browser says of the device, and the random id that it keeps for it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    #[serde(flatten)]
    info: DeviceInfo,
    /// Whatever it is, if it is a text: another version's id must not cost anybody the capture.
    device_id: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Wire {
    Hello {
        protocol: u32,
        session_id: String,
        #[serde(default)]
        device: Device,
    },
    Start {
        #[serde(default)]
        camera: CameraClaims,
        #[serde(default)]
        environment: EnvironmentClaims,
    },
    EvidenceMissing {
        seq: u32,
    },
    Orientation {
        beta: f64,
        gamma: f64,
    },
    Cancel,
}

/// A text message.
pub(super) fn message(text: &str) -> Result<Message, &'static str> {
    let wire: Wire =
        serde_json::from_str(text).map_err(|_| "the message is not one of the capture protocol")?;
    Ok(match wire {
        Wire::Hello { protocol, session_id, device } => {
            if protocol != PROTOCOL {
                return Err(
                    "the script and the server speak different versions of the capture protocol; load the script from this server",
                );
            }
            let session = session_id.parse().map_err(|_| "bioSessionId is not one of this server")?;
            Message::Hello(Hello {
                session,
                device: shortened(device.info),
                device_id: device.device_id.as_ref().and_then(device_id),
            })
        }
        Wire::Start { camera, environment } => Message::Input(Input::Start { camera, environment }),
        Wire::EvidenceMissing { seq } => Message::Input(Input::EvidenceMissing { seq }),
        Wire::Orientation { beta, gamma } => Message::Input(Input::Orientation { beta, gamma }),
        Wire::Cancel => Message::Input(Input::Cancel),
    })
}

/// A longer text would be as good an id, but is none of ours.
fn device_id(value: &serde_json::Value) -> Option<Personal<String>> {
    let text = value.as_str().filter(|text| (1..=LONGEST_CLAIM).contains(&text.len()))?;
    Some(Personal::new(text.to_owned()))
}

fn shortened(device: DeviceInfo) -> DeviceInfo {
    let short = |claim: Option<String>| {
        claim
            .map(|text| {
                text.chars().filter(|char| !char.is_control()).take(LONGEST_CLAIM).collect::<String>()
            })
            .filter(|text| !text.is_empty())
    };
    DeviceInfo {
        device_model: short(device.device_model),
        os_type: short(device.os_type),
        os_version: short(device.os_version),
        browser_name: short(device.browser_name),
        browser_version: short(device.browser_version),
    }
}

/// A binary message.
pub(super) fn binary(data: &Bytes) -> Result<Input, &'static str> {
    const SHORT: &str = "a binary message is shorter than its header";
    let mut reader = Reader { data, at: 0 };
    match reader.u8().ok_or(SHORT)? {
        1 => {
            let seq = reader.u32().ok_or(SHORT)?;
            let captured_at = reader.f64().ok_or(SHORT)?;
            let width = u32::from(reader.u16().ok_or(SHORT)?);
            let height = u32::from(reader.u16().ok_or(SHORT)?);
            let picture = reader.rest();
            if picture.len() > MOST_TRACKING {
                return Err("a tracking frame is larger than 64 kB");
            }
            let arrived = Instant::now();
            Ok(Input::Frame { seq, captured_at, arrived, size: FrameSize { width, height }, picture })
        }
        2 => {
            let seq = reader.u32().ok_or(SHORT)?;
            let offset = reader.u32().ok_or(SHORT)? as usize;
            let total = reader.u32().ok_or(SHORT)? as usize;
            let chunk = reader.rest();
            if chunk.len() > MAX_CHUNK {
                return Err("an evidence chunk is larger than 32 kB");
            }
            Ok(Input::EvidenceChunk { seq, offset, total, chunk })
        }
        _ => Err("a binary message is of no known kind"),
    }
}

struct Reader<'a> {
    data: &'a Bytes,
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = self.data.get(self.at..self.at + N)?.try_into().ok()?;
        self.at += N;
        Some(bytes)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    fn f64(&mut self) -> Option<f64> {
        self.take().map(f64::from_be_bytes)
    }

    fn rest(self) -> Bytes {
        self.data.slice(self.at..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_tracking_frame() {
        let mut bytes = vec![1];
        bytes.extend(7_u32.to_be_bytes());
        bytes.extend(12.5_f64.to_be_bytes());
        bytes.extend(1280_u16.to_be_bytes());
        bytes.extend(720_u16.to_be_bytes());
        bytes.extend(b"jpeg");
        match binary(&bytes.into()) {
            Ok(Input::Frame {
                seq: 7,
                captured_at,
                size: FrameSize { width: 1280, height: 720 },
                picture,
                ..
            }) => {
                assert!((captured_at - 12.5).abs() < f64::EPSILON);
                assert_eq!(picture, Bytes::from_static(b"jpeg"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn short_long_and_unknown_messages_are_refused() {
        for length in 0..17 {
            assert!(binary(&vec![1; length].into()).is_err());
        }
        assert!(binary(&vec![9; 40].into()).is_err());
        assert!(binary(&vec![1; 17 + MOST_TRACKING + 1].into()).is_err());
        assert!(binary(&vec![2; 13 + MAX_CHUNK + 1].into()).is_err());
        for text in
            ["", "{}", "[]", "null", r#"{"type":"x"}"#, r#"{"type":"hello","protocol":2,"sessionId":"a"}"#]
        {
            assert!(message(text).is_err(), "{text}");
        }
    }
}

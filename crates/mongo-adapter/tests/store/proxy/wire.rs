//! The frame of MongoDB's messages: <https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/>.

use ::mongodb::bson::Document;
use tokio::io::AsyncReadExt;
use tokio::net::tcp::OwnedReadHalf;

const HEADER: usize = 16;
const OP_MSG: i32 = 2013;
const MORE_TO_COME: u32 = 2;

/// One message, whole.
pub(super) struct Message {
    pub(super) bytes: Vec<u8>,
}

/// The next message; `None` when the connection has ended.
pub(super) async fn read_message(from: &mut OwnedReadHalf) -> Option<Message> {
    let mut bytes = vec![0; 4];
    from.read_exact(&mut bytes).await.ok()?;
    let length = usize::try_from(i32::from_le_bytes(bytes[..4].try_into().ok()?)).ok()?;
    bytes.resize(length.max(HEADER), 0);
    from.read_exact(&mut bytes[4..]).await.ok()?;
    Some(Message { bytes })
}

impl Message {
    fn number(&self, at: usize) -> Option<i32> {
        self.bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_le_bytes)
    }

    fn is_op_msg(&self) -> bool {
        self.number(12) == Some(OP_MSG)
    }

    /// The command and the collection it is for: the first field of the body and its value.
    pub(super) fn command(&self) -> Option<(&str, &str)> {
        // Header, flags, the kind of the first section (0: the body), the body's length, the type of its first field.
        let field = HEADER + 4 + 1 + 4;
        if !self.is_op_msg() || self.bytes.get(HEADER + 4) != Some(&0) || self.bytes.get(field) != Some(&2) {
            return None;
        }
        let name = &self.bytes[field + 1..];
        let name = &name[..name.iter().position(|byte| *byte == 0)?];
        let text = field + 1 + name.len() + 1;
        let length = usize::try_from(self.number(text)?).ok()?;
        let value = self.bytes.get(text + 4..text + 4 + length.checked_sub(1)?)?;
        Some((std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?))
    }

    /// The body of a command, without the documents that come in sections of their own.
    pub(super) fn body(&self) -> Option<Document> {
        Document::from_reader(self.bytes.get(HEADER + 5..)?).ok()
    }

    /// Whether the sender goes on without being asked.
    pub(super) fn more_to_come(&self) -> bool {
        self.is_op_msg() && self.number(HEADER).is_some_and(|flags| flags.cast_unsigned() & MORE_TO_COME != 0)
    }

    /// The message that answers this one with `body`.
    pub(super) fn answered(&self, body: &Document) -> Vec<u8> {
        let body = body.to_vec().expect("a valid document");
        let length = i32::try_from(HEADER + 5 + body.len()).expect("short");
        let mut bytes = Vec::new();
        for number in [length, 1, self.number(4).unwrap_or_default(), OP_MSG, 0] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.push(0);
        bytes.extend(body);
        bytes
    }
}

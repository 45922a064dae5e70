//! A body as it was meant, from a body as it was sent: decompressed piece by piece, never beyond the limit.
//!
//! What comes out is written into a buffer that refuses to grow, so that a few thousand bytes that would inflate to gigabytes
//! cost no more memory than the limit.

use brotli::DecompressorWriter;
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use std::io::{self, Write};

/// Bytes that brotli writes at a time.
const BROTLI_BUFFER: usize = 4 * 1024;

/// Why a body is not read on.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is longer than the limit.
    TooLong,
    /// It is not what its encoding promises.
    Unreadable(io::Error),
}

/// A buffer that refuses to hold more than its limit.
pub(super) struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
    exceeded: bool,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if more.len() > self.limit - self.bytes.len() {
            self.exceeded = true;
            return Err(io::Error::other("longer than the limit"));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body on its way in.
pub(super) enum Inflating {
    Identity(Bounded),
    Gzip(MultiGzDecoder<Bounded>),
    Deflate(ZlibDecoder<Bounded>),
    Brotli(Box<DecompressorWriter<Bounded>>),
}

impl Inflating {
    /// Nothing yet, of a body with this encoding; `None` when it is none that is known.
    pub(super) fn new(encoding: &[u8], limit: usize) -> Option<Self> {
        let bounded = Bounded { bytes: Vec::new(), limit, exceeded: false };
        Some(match encoding.trim_ascii().to_ascii_lowercase().as_slice() {
            b"" | b"identity" => Self::Identity(bounded),
            b"gzip" | b"x-gzip" => Self::Gzip(MultiGzDecoder::new(bounded)),
            b"deflate" => Self::Deflate(ZlibDecoder::new(bounded)),
            b"br" => Self::Brotli(Box::new(DecompressorWriter::new(bounded, BROTLI_BUFFER))),
            _ => return None,
        })
    }

    /// Takes the next piece as it was sent.
    pub(super) fn add(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let written = match self {
            Self::Identity(bounded) => bounded.write_all(piece),
            Self::Gzip(decoder) => decoder.write_all(piece),
            Self::Deflate(decoder) => decoder.write_all(piece),
            Self::Brotli(decoder) => decoder.write_all(piece),
        };
        written.map_err(|error| self.fault(error))
    }

    /// The whole body.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Fault> {
        let ended = match &mut self {
            Self::Identity(_) => Ok(()),
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Deflate(decoder) => decoder.try_finish(),
            Self::Brotli(decoder) => decoder.close(),
        };
        ended.map_err(|error| self.fault(error))?;
        Ok(std::mem::take(&mut self.bounded_mut().bytes))
    }

    fn fault(&mut self, error: io::Error) -> Fault {
        if self.bounded_mut().exceeded { Fault::TooLong } else { Fault::Unreadable(error) }
    }

    fn bounded_mut(&mut self) -> &mut Bounded {
        match self {
            Self::Identity(bounded) => bounded,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Deflate(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    const LIMIT: usize = 1 << 16;

    fn packed(encoding: &str, plain: &[u8]) -> Vec<u8> {
        match encoding {
            "gzip" => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(plain).and_then(|()| encoder.finish()).expect("in memory")
            }
            "deflate" => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(plain).and_then(|()| encoder.finish()).expect("in memory")
            }
            "br" => {
                let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 9, 22);
                encoder.write_all(plain).expect("in memory");
                encoder.into_inner()
            }
            _ => plain.to_vec(),
        }
    }

    fn read(encoding: &str, body: &[u8], piece: usize) -> Result<Vec<u8>, Fault> {
        let mut inflating = Inflating::new(encoding.as_bytes(), LIMIT).expect("known");
        for piece in body.chunks(piece) {
            inflating.add(piece)?;
            assert!(inflating.bounded_mut().bytes.capacity() <= 2 * LIMIT, "never much more than the limit");
        }
        inflating.finish()
    }

    #[test]
    fn a_body_is_read_to_its_limit_and_no_further_however_it_comes() {
        for encoding in ["", "identity", "gzip", "deflate", "br"] {
            for piece in [1, 7, 1 << 20] {
                for (length, fits) in [(0, true), (LIMIT, true), (LIMIT + 1, false), (4 << 20, false)] {
                    let plain = vec![b' '; length];
                    match read(encoding, &packed(encoding, &plain), piece) {
                        Ok(bytes) => assert!(fits && bytes == plain, "{encoding} {length}"),
                        Err(fault) => {
                            assert!(!fits && matches!(fault, Fault::TooLong), "{encoding} {length} {fault:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_body_that_is_cut_or_is_not_what_it_says_is_unreadable() {
        for encoding in ["gzip", "deflate", "br"] {
            let whole = packed(encoding, &(0..=255).cycle().take(5_000).collect::<Vec<u8>>());
            for body in [&whole[..whole.len() / 2], b"plainly no such thing"] {
                assert!(matches!(read(encoding, body, 64), Err(Fault::Unreadable(_))), "{encoding}");
            }
        }
    }

    #[test]
    fn other_encodings_are_not_known() {
        for encoding in ["zstd", "compress", "gzip, br", "\u{ff}"] {
            assert!(Inflating::new(encoding.as_bytes(), LIMIT).is_none(), "{encoding}");
        }
        assert!(Inflating::new(b" GZIP ", LIMIT).is_some());
    }
}

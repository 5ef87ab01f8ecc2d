//! The part of the interface of [crc-fast](https://docs.rs/crc-fast/1.10.0) that `aws-smithy-checksums` uses: the CRC
//! algorithms that [Amazon S3 supports](https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html).
//!
//! The SDK for S3 computes CRC-32 for each object that it writes, and compares the checksum of an object that it reads
//! with the one that its writer chose. crc-fast computes 90 algorithms, each with a table for processors without
//! carry-less multiplication, and none of these tables can be removed by the linker. Here CRC-32 is computed by
//! `crc32fast`, which the functions contain anyway, and the two others by `crc` with tables of at most 2 KiB.

use crc::{CRC_32_ISCSI, CRC_64_NVME, Crc, Table};

static CRC_32_C: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISCSI);
static CRC_64: Crc<u64, Table<1>> = Crc::<u64, Table<1>>::new(&CRC_64_NVME);

/// The algorithms that S3 supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CrcAlgorithm {
    /// CRC-32 as in zip and Ethernet: the SDK's default for objects that it writes.
    Crc32IsoHdlc,
    /// CRC-32C as in iSCSI.
    Crc32Iscsi,
    /// CRC-64/NVME: S3's own default for objects that were written without a checksum.
    Crc64Nvme,
}

/// The state of a computation over data that arrives in parts.
#[derive(Clone, Debug)]
pub struct Digest(State);

#[derive(Clone)]
enum State {
    Crc32(crc32fast::Hasher),
    Crc32C(crc::Digest<'static, u32, Table<1>>),
    Crc64(crc::Digest<'static, u64, Table<1>>),
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Crc32(_) => "Crc32",
            Self::Crc32C(_) => "Crc32C",
            Self::Crc64(_) => "Crc64",
        })
    }
}

impl Digest {
    /// Starts a computation.
    #[must_use]
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        Self(match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => State::Crc32(crc32fast::Hasher::new()),
            CrcAlgorithm::Crc32Iscsi => State::Crc32C(CRC_32_C.digest()),
            CrcAlgorithm::Crc64Nvme => State::Crc64(CRC_64.digest()),
        })
    }

    /// Adds the next bytes of the data.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Crc32(state) => state.update(bytes),
            State::Crc32C(state) => state.update(bytes),
            State::Crc64(state) => state.update(bytes),
        }
    }

    /// Returns the checksum of the data so far. A checksum of 32 bits is in the lower half.
    #[must_use]
    pub fn finalize(&self) -> u64 {
        match &self.0 {
            State::Crc32(state) => state.clone().finalize().into(),
            State::Crc32C(state) => state.clone().finalize().into(),
            State::Crc64(state) => state.clone().finalize(),
        }
    }
}

/// Returns the checksum of `bytes`. A checksum of 32 bits is in the lower half.
#[must_use]
pub fn checksum(algorithm: CrcAlgorithm, bytes: &[u8]) -> u64 {
    let mut digest = Digest::new(algorithm);
    digest.update(bytes);
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the [catalogue of CRC algorithms](https://reveng.sourceforge.io/crc-catalogue/all.htm).
    #[test]
    fn checksums_are_those_of_the_catalogue() {
        for (algorithm, expected) in [
            (CrcAlgorithm::Crc32IsoHdlc, 0xcbf4_3926),
            (CrcAlgorithm::Crc32Iscsi, 0xe306_9283),
            (CrcAlgorithm::Crc64Nvme, 0xae8b_1486_0a79_9888),
        ] {
            assert_eq!(checksum(algorithm, b"123456789"), expected, "{algorithm:?}");
            let mut parts = Digest::new(algorithm);
            for part in [b"1234".as_slice(), b"", b"56789"] {
                parts.update(part);
            }
            assert_eq!(parts.finalize(), expected, "{algorithm:?} in parts");
        }
    }
}

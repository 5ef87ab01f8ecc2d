/// A push event from GitHub's published examples. The licence is next to the file.
pub(crate) const PUSH: &[u8] = include_bytes!("../../../testdata/github/push.json");

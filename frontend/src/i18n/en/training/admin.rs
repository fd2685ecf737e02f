//! Words of the admin's token.

use crate::i18n::number;

/// Heading.
pub const TITLE: &str = "Starting runs";
/// Everybody may read.
pub const READ_ONLY: &str = "Everything here can be looked at. Whoever has this server’s admin token can upload photos, start runs and change the head.";
/// Training is off.
pub const OFF: &str = "Training is off on this server: no admin token was set. What was measured elsewhere can be looked at. To train, start the server with a data set and a token:";
/// How.
pub const OFF_COMMAND: &str = "backbone-explorer \\\n  --dataset caltech101=PATH/caltech101/train \\\n  --admin-token A-SECRET-OF-16-LETTERS-OR-MORE";
/// A safer way to hand over the token.
pub const OFF_HINT: &str = "The token can stand in the environment instead, as EXPLORER_ADMIN_TOKEN, where no list of processes shows it.";
/// The field.
pub const TOKEN: &str = "Admin token";
/// Sends it.
pub const SIGN_IN: &str = "Unlock";
/// Lets go of it.
pub const SIGN_OUT: &str = "Lock again";
/// It was right.
pub const SIGNED_IN: &str = "Unlocked in this tab until it is closed.";
/// The server is asked.
pub const ASKING: &str = "Asking the server…";
/// What was shown may be old.
pub const STALE: &str =
    "The server does not answer; this page shows what it last said, and asks again by itself.";

/// What training takes on the disk.
pub fn disk(used: u64, most: u64) -> String {
    format!(
        "Uploads, features and runs take {} of the {} that they may.",
        number::bytes(used),
        number::bytes(most)
    )
}

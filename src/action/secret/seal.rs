//! The form of the file of secrets: AES-256-GCM over JSON, with a key from a password that the home
//! folder and the name of the computer make.
//!
//! It keeps the secrets out of copies of the file and from other computers, not from whoever can run
//! programs as its owner.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::pbkdf2::{PBKDF2_HMAC_SHA256, derive};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};

/// A derived key.
pub(super) type Key = [u8; 32];
/// What makes the keys of two files different.
pub(super) type Salt = [u8; 32];

/// How often the hash is taken to make a key.
const ROUNDS: NonZeroU32 = match NonZeroU32::new(100_000) {
    Some(rounds) => rounds,
    None => NonZeroU32::MIN,
};

/// Why a file cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It does not have the form of such a file.
    Form,
    /// The key does not fit, or the file was changed.
    Key,
    /// The system gives no random numbers.
    Random,
}

/// The file as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    salt: String,
    nonce: String,
    cipher: String,
}

/// A closed file.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) salt: Salt,
    nonce: [u8; NONCE_LEN],
    cipher: Vec<u8>,
}

/// The password of a user on a computer.
pub(super) fn password(home: &str, host: &str) -> Key {
    let identity = format!("{home}:{host}:drun-secrets");
    stretched(identity.as_bytes(), b"drun-salt")
}

/// The key of a file.
pub(super) fn key(password: &Key, salt: &Salt) -> Key {
    stretched(password, salt)
}

fn stretched(secret: &[u8], salt: &[u8]) -> Key {
    let mut key = Key::default();
    derive(PBKDF2_HMAC_SHA256, ROUNDS, salt, secret, &mut key);
    key
}

/// A salt for a new file.
pub(super) fn new_salt() -> Result<Salt, Wrong> {
    random()
}

fn random<const N: usize>() -> Result<[u8; N], Wrong> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map(|()| bytes).map_err(|_| Wrong::Random)
}

impl Sealed {
    /// Takes a file apart.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Wrong> {
        let written: Written = serde_json::from_slice(bytes).map_err(|_| Wrong::Form)?;
        let decode = |text: &str| BASE64_STANDARD.decode(text).map_err(|_| Wrong::Form);
        let form = |_| Wrong::Form;
        Ok(Self {
            salt: decode(&written.salt)?.try_into().map_err(form)?,
            nonce: decode(&written.nonce)?.try_into().map_err(form)?,
            cipher: decode(&written.cipher)?,
        })
    }

    /// What is in it.
    pub(super) fn open(self, key: &Key) -> Result<Vec<u8>, Wrong> {
        let mut bytes = self.cipher;
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let opened = cipher(key)?.open_in_place(nonce, Aad::empty(), &mut bytes);
        let length = opened.map_err(|_| Wrong::Key)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

/// The text of a file that holds `bytes`.
pub(super) fn seal(mut bytes: Vec<u8>, salt: &Salt, key: &Key) -> Result<Vec<u8>, Wrong> {
    // Random, as many processes write with one key: 96 bits are enough for billions of times.
    let nonce: [u8; NONCE_LEN] = random()?;
    let sealing = Nonce::assume_unique_for_key(nonce);
    cipher(key)?
        .seal_in_place_append_tag(sealing, Aad::empty(), &mut bytes)
        .map_err(|_| Wrong::Key)?;
    let written = Written {
        salt: BASE64_STANDARD.encode(salt),
        nonce: BASE64_STANDARD.encode(nonce),
        cipher: BASE64_STANDARD.encode(bytes),
    };
    serde_json::to_vec(&written).map_err(|_| Wrong::Form)
}

fn cipher(key: &Key) -> Result<LessSafeKey, Wrong> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Wrong::Key)?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Made by another implementation of the algorithms.
    const FILE: &str = r#"{
      "salt": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
      "nonce": "ZGVmZ2hpamtsbW5v",
      "cipher": "TinA117CQvhnXdtDY4QVFbHyZCLZQEgrb4nz5IKM4QoSzlCt+UYe"
    }"#;
    const CONTENT: &[u8] = br#"{"shop:token":"s3cret"}"#;

    #[test]
    fn a_key_is_stretched_twice_and_opens_the_file_of_another_implementation() {
        let password = password("/home/ada", "engine");
        assert_eq!(
            hex(&password),
            "c76d121f016ba4692318a9e55982632bd856c3f71e0d79180573e3449fd7c2c5"
        );
        let sealed = Sealed::read(FILE.as_bytes()).unwrap();
        let key = key(&password, &sealed.salt);
        assert_eq!(
            hex(&key),
            "73910e7b14445733ca56796b5d584164c8b9e3017db5095b2b1c0ff3b8ec0fdb"
        );
        assert_eq!(sealed.open(&key), Ok(CONTENT.to_vec()));
    }

    #[test]
    fn what_is_sealed_is_opened_with_its_key_alone_and_looks_different_each_time() {
        let (salt, own, other) = (new_salt().unwrap(), [1; 32], [2; 32]);
        let first = seal(CONTENT.to_vec(), &salt, &own).unwrap();
        assert_ne!(first, seal(CONTENT.to_vec(), &salt, &own).unwrap());
        let opened = |bytes: &[u8], key| Sealed::read(bytes).and_then(|sealed| sealed.open(key));
        assert_eq!(opened(&first, &own), Ok(CONTENT.to_vec()));
        assert_eq!(opened(&first, &other), Err(Wrong::Key));
        let mut changed: Written = serde_json::from_slice(&first).unwrap();
        changed.nonce = BASE64_STANDARD.encode([0; NONCE_LEN]);
        let changed = serde_json::to_vec(&changed).unwrap();
        assert_eq!(opened(&changed, &own), Err(Wrong::Key));
        for text in [
            "",
            "{}",
            "[]",
            "{\"salt\":\"!\",\"nonce\":\"\",\"cipher\":\"\"}",
        ] {
            assert_eq!(opened(text.as_bytes(), &own), Err(Wrong::Form), "{text}");
        }
    }
}

//! The values of secrets that a run has seen, so that nothing that is written about it shows them.
//!
//! Noted when they are set: what a variable held before, and what a task held that has returned, may
//! be in a command line or in another variable by then.

use std::sync::{MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Machine, Run};
use crate::memory::allocator;
use crate::memory::redact::{Secrecy, is_secret, is_secret_text};
use crate::source::Text;
use crate::value::Value;

/// The most values that are kept.
const MOST: usize = 4096;
/// Longer values are not kept whole, in bytes.
const LONGEST: usize = 16 * 1024;
/// The most names of which a machine knows whether they name secrets.
const NAMES: usize = 1024;
/// How long the dump waits for the secrets.
const FOR_SECRETS: Duration = Duration::from_millis(50);

/// Values that are secret.
#[derive(Debug, Default)]
pub(crate) struct Secrets(FxHashSet<Box<str>>);

impl Secrets {
    fn add(&mut self, text: &str) {
        let end = text.floor_char_boundary(LONGEST);
        let text = text.get(..end).unwrap_or_default();
        if self.0.len() < MOST && !self.0.contains(text) {
            self.0.insert(text.into());
        }
    }
}

/// Which names name secrets: asking a table costs less than looking at the words of a name.
#[derive(Debug, Default)]
pub(super) struct SecretNames(FxHashMap<Text, bool>);

impl SecretNames {
    fn contains(&mut self, name: &Text) -> bool {
        if let Some(secret) = self.0.get(name.as_str()) {
            return *secret;
        }
        let secret = crate::memory::redact::is_secret_name(name);
        if self.0.len() < NAMES {
            self.0.insert(name.clone(), secret);
        }
        secret
    }
}

impl Machine {
    /// Notes a value that is set, if its name says that it is a secret.
    pub(super) fn note_secret(&mut self, name: &Text, value: &Value) {
        if self.secret_names.contains(name) {
            self.run.note_secret(name, value);
        }
    }
}

impl Run {
    /// Notes the value of a secret.
    pub(crate) fn note_secret(&self, name: &str, value: &Value) {
        let note = |text: &str| {
            if is_secret(name, text) {
                self.keep_secret(text);
            }
        };
        note(value.text());
        if let Value::List(_) = value {
            value.items().iter().for_each(|item| note(item));
        }
    }

    /// Notes a text that is a secret, or is likely one, whatever its name says.
    pub(crate) fn note_secret_text(&self, text: &str, secrecy: Secrecy) {
        if is_secret_text(text, secrecy) {
            self.keep_secret(text);
        }
    }

    /// Whoever writes the dump waits for no lock, so nobody may be kept who holds this one.
    fn keep_secret(&self, text: &str) {
        allocator::unkept(|| {
            let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
            secrets.add(text);
        });
    }

    /// Those that were noted. Who holds the lock gives it back in a moment, unless he is not given the
    /// processor: he is waited for, but not for ever.
    fn known_secrets(&self) -> Option<MutexGuard<'_, Secrets>> {
        let begun = Instant::now();
        loop {
            match self.secrets.try_lock() {
                Ok(secrets) => return Some(secrets),
                Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) if begun.elapsed() > FOR_SECRETS => return None,
                Err(TryLockError::WouldBlock) => thread::yield_now(),
            }
        }
    }

    /// The values of all secrets that are known by now, as far as they can be had without waiting.
    pub(crate) fn secret_values(&self) -> Vec<String> {
        let mut all: Vec<String> = self.known_secrets().map_or_else(Vec::new, |secrets| {
            secrets.0.iter().map(|text| text.to_string()).collect()
        });
        let arguments = self.arguments.iter();
        let arguments = arguments.map(|(name, value)| (name.as_str(), value.as_str()));
        let environment = self.shell.environment.iter();
        let environment = environment.map(|(name, value)| (name.as_str(), value.as_str()));
        let parameters = self.project_parameters.get().into_iter().flatten();
        let parameters = parameters.map(|(name, value)| (name.as_str(), value.text().as_str()));
        let given = arguments.chain(environment).chain(parameters);
        all.extend(
            given
                .filter(|(name, value)| is_secret(name, value))
                .map(|(_, value)| value.to_owned()),
        );
        all
    }
}

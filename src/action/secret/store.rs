//! Where secrets are kept: the encrypted file of the user.
//!
//! A platform's own store (a keychain, the Secret Service) would stand behind the same type.
//!
//! *Invariant:* no secret stays in memory. The file is read for every question, which takes
//! microseconds once the key is known, and so what another process or branch has written is seen.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::file::{self, Lock, PATIENCE};
use super::seal::{self, Key, Salt, Sealed, Wrong, seal};
use crate::value::{SecretName, hostname, os_reason};

/// All secrets: values by `NAMESPACE:KEY`.
pub type Entries = BTreeMap<String, String>;

/// The secrets of the user. Everything here reads and writes files and takes milliseconds, with the
/// first question some tens of them: it is no work for a step.
#[derive(Default)]
pub struct Store {
    /// As the environment names it: it is a part of the key.
    home: PathBuf,
    file: Option<PathBuf>,
    keys: Mutex<Keys>,
}

/// The keys that were derived so far.
#[derive(Default)]
struct Keys {
    password: Option<Key>,
    of_file: Option<(Salt, Key)>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.file).finish()
    }
}

impl Store {
    /// The store below the home folder; a relative one counts from `start_dir`.
    pub fn new(home: Option<&Path>, start_dir: &Path) -> Self {
        let file = |home: &Path| start_dir.join(home).join(".drun").join("secrets.enc");
        Self {
            home: home.map(Path::to_owned).unwrap_or_default(),
            file: home.map(file),
            keys: Mutex::default(),
        }
    }

    /// The value of a secret, if there is one.
    ///
    /// # Errors
    /// A file that cannot be read or opened.
    pub fn get(&self, name: &SecretName) -> Result<Option<String>, String> {
        Ok(self.all()?.remove(&name.to_string()))
    }

    /// Sets a secret.
    ///
    /// # Errors
    /// A file that cannot be read, opened or written.
    pub fn set(&self, name: &SecretName, value: &str) -> Result<(), String> {
        let name = name.to_string();
        self.change(|entries| {
            let before = entries.insert(name.clone(), value.to_owned());
            before.as_deref() != Some(value)
        })
    }

    /// Removes a secret; one that is not there is removed already.
    ///
    /// # Errors
    /// Those of [`Store::set`].
    pub fn remove(&self, name: &SecretName) -> Result<(), String> {
        let name = name.to_string();
        self.change(|entries| entries.remove(&name).is_some())
    }

    /// All secrets.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    pub fn all(&self) -> Result<Entries, String> {
        Ok(self.read()?.0)
    }

    /// The keys of a namespace, sorted.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    pub fn keys_of(&self, namespace: &str) -> Result<Vec<String>, String> {
        let all = self.all()?;
        let own = all.keys().filter_map(|account| {
            let (own, key) = parts(account);
            (own == namespace).then(|| key.to_owned())
        });
        Ok(own.collect())
    }

    /// Rewrites the file, unless `change` says that nothing has changed.
    fn change(&self, change: impl Fn(&mut Entries) -> bool) -> Result<(), String> {
        // Outside of the lock, because the first look at the file derives its key.
        if !change(&mut self.read()?.0) {
            return Ok(());
        }
        let path = self.path()?;
        let failed = |error| wrong(path, &format!("cannot be written: {}", os_reason(&error)));
        let folder = path.parent().unwrap_or(path);
        file::make_folder(folder).map_err(failed)?;
        let _lock = Lock::take(folder, PATIENCE).map_err(failed)?;
        let (mut entries, salt) = self.read()?;
        if !change(&mut entries) {
            return Ok(());
        }
        let bytes = serde_json::to_vec(&entries).map_err(|error| error.to_string())?;
        let sealed = salt
            .map_or_else(seal::new_salt, Ok)
            .and_then(|salt| seal(bytes, &salt, &self.key(salt)))
            .map_err(|reason| refused(path, reason))?;
        file::replace(path, &sealed).map_err(failed)
    }

    /// What is in the file, and its salt.
    fn read(&self) -> Result<(Entries, Option<Salt>), String> {
        let path = self.path()?;
        let bytes = file::read(path)
            .map_err(|error| wrong(path, &format!("cannot be read: {}", os_reason(&error))))?;
        let Some(bytes) = bytes else {
            return Ok((Entries::new(), None));
        };
        let opened = Sealed::read(&bytes).and_then(|sealed| {
            let salt = sealed.salt;
            let content = sealed.open(&self.key(salt))?;
            let entries = serde_json::from_slice(&content).map_err(|_| Wrong::Form)?;
            Ok((entries, Some(salt)))
        });
        opened.map_err(|reason| refused(path, reason))
    }

    fn path(&self) -> Result<&Path, String> {
        let path = self.file.as_deref();
        path.ok_or_else(|| "secrets need a home folder: HOME is not set".to_owned())
    }

    /// The key of a file. Those who need it meanwhile wait here instead of deriving it as well.
    fn key(&self, salt: Salt) -> Key {
        let mut keys = self.keys();
        if let Some((_, key)) = keys.of_file.filter(|(own, _)| *own == salt) {
            return key;
        }
        let home = self.home.to_string_lossy();
        let password = *keys
            .password
            .get_or_insert_with(|| seal::password(&home, &hostname()));
        let key = seal::key(&password, &salt);
        keys.of_file = Some((salt, key));
        key
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The namespace and the key of an entry. A namespace may hold colons, a key has none.
pub fn parts(account: &str) -> (&str, &str) {
    account.rsplit_once(':').unwrap_or(("", account))
}

fn wrong(path: &Path, what: &str) -> String {
    format!("the file of secrets {} {what}", path.display())
}

fn refused(path: &Path, reason: Wrong) -> String {
    match reason {
        Wrong::Form => wrong(
            path,
            "is damaged: restore it from a copy, or move it away and set the secrets again",
        ),
        Wrong::Key => wrong(
            path,
            "cannot be decrypted: it belongs to another home folder or computer, or it is damaged; \
             restore it from a copy, or move it away and set the secrets again",
        ),
        Wrong::Random => "the system gives no random numbers".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn name(namespace: &str, key: &str) -> SecretName {
        SecretName {
            namespace: namespace.into(),
            key: key.into(),
        }
    }

    #[test]
    fn secrets_are_kept_by_namespace_for_everyone_with_that_home() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(Some(home.path()), Path::new("/"));
        let a = name("my: shop", "a");
        assert_eq!(store.get(&a), Ok(None));
        store.remove(&a).unwrap();
        assert!(!home.path().join(".drun").exists());
        store.set(&a, "one").unwrap();
        store.set(&name("team", "b"), "two").unwrap();
        store.set(&a, "three").unwrap();
        let text = fs::read_to_string(home.path().join(".drun/secrets.enc")).unwrap();
        assert!(!text.contains("three"));
        let other = Store::new(Some(home.path()), Path::new("/"));
        assert_eq!(other.get(&a), Ok(Some("three".to_owned())));
        assert_eq!(other.keys_of("my: shop").unwrap(), ["a"]);
        other.remove(&a).unwrap();
        assert_eq!(store.all().unwrap().len(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named_and_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".drun/secrets.enc");
        let own = Store::new(Some(home.path()), Path::new("/"));
        own.set(&name("a", "b"), "c").unwrap();
        let good = fs::read(&path).unwrap();
        for content in [&b"{"[..], b"", b"\xff", &good[..good.len() - 3]] {
            fs::write(&path, content).unwrap();
            let error = own.set(&name("a", "b"), "d").unwrap_err();
            assert!(error.contains("secrets.enc is damaged"), "{error}");
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        // The same file under another home.
        let elsewhere = tempfile::tempdir().unwrap();
        fs::create_dir(elsewhere.path().join(".drun")).unwrap();
        fs::write(elsewhere.path().join(".drun/secrets.enc"), good).unwrap();
        let other = Store::new(Some(elsewhere.path()), Path::new("/"));
        let error = other.get(&name("a", "b")).unwrap_err();
        assert!(error.contains("cannot be decrypted"), "{error}");
        assert!(Store::default().all().unwrap_err().contains("HOME"));
    }

    #[test]
    fn branches_and_runs_that_write_at_once_lose_nothing() {
        let home = tempfile::tempdir().unwrap();
        let shared = Store::new(Some(home.path()), Path::new("/"));
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let (home, shared) = (home.path(), &shared);
                scope.spawn(move || {
                    let own = Store::new(Some(home), Path::new("/"));
                    let store = if writer % 2 == 0 { shared } else { &own };
                    for number in 0..5 {
                        store
                            .set(&name("n", &format!("k{writer}-{number}")), "v")
                            .unwrap();
                    }
                });
            }
        });
        assert_eq!(shared.keys_of("n").unwrap().len(), 40);
    }
}

//! `cmd:secret`: the secrets of the user.

mod prompt;
mod typed;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use typed::secret as parse;

use super::context::{Context, error};
use super::invocation::{Namespace, Secret, SecretCommand};
use crate::action::secret::{Entries, Store, blocking, parts};
use crate::load;
use crate::resolve::ResolveError;
use crate::source::{Text, printable};
use crate::value::{self, NO_PROJECT, SecretName};

/// Where secrets are meant to be.
struct Place {
    namespace: Text,
    /// Whether the task file named it.
    of_project: bool,
}

impl Place {
    /// How messages call it.
    fn shown(&self) -> String {
        let project = if self.of_project { "project " } else { "" };
        format!("{project}namespace '{}'", printable(&self.namespace))
    }

    fn name(&self, key: &str) -> Result<SecretName, ResolveError> {
        // The namespace was looked at already.
        SecretName::new(key, None, &self.namespace).or_else(error)
    }
}

/// Performs the command.
pub(super) async fn secret(context: &Context<'_>, wanted: &Secret) -> Result<(), ResolveError> {
    let places = context.places;
    let store = Arc::new(Store::new(places.home.as_deref(), &places.start_dir));
    if let SecretCommand::ListAll { values } = wanted.command {
        return list_all(context, store, values).await;
    }
    let place = place(context, &wanted.namespace).await?;
    match &wanted.command {
        SecretCommand::Add { key, value, masked } => {
            add(context, store, &place, (key, value.as_deref(), *masked)).await
        }
        SecretCommand::Remove { key } => {
            let name = place.name(key)?;
            done(move || store.remove(&name)).await?;
            let place = place.shown();
            context.say(format!("✓  Secret '{key}' removed from {place}"));
            Ok(())
        }
        SecretCommand::List { values } => list(context, store, &place, *values).await,
        SecretCommand::ListAll { .. } => Ok(()),
    }
}

async fn done<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, ResolveError> {
    blocking(work).await.or_else(error)
}

async fn place(context: &Context<'_>, wanted: &Namespace) -> Result<Place, ResolveError> {
    let of_project = |namespace: &Text| Place {
        namespace: namespace.clone(),
        of_project: true,
    };
    let plain = |namespace: &str| Place {
        namespace: namespace.into(),
        of_project: false,
    };
    Ok(match wanted {
        Namespace::Found => match project(context).await? {
            Some(name) => of_project(&name),
            None => plain(NO_PROJECT),
        },
        Namespace::Named(name) => plain(&value::namespace(Some(name), "").or_else(error)?),
        Namespace::Global => plain("global"),
        Namespace::Folder => {
            let folder = context.places.start_dir.file_name();
            plain(&folder.map_or(NO_PROJECT.into(), |name| name.to_string_lossy()))
        }
    })
}

/// The name of the project whose tasks run here. A task file that is wrong is an error: the secret
/// would be where its tasks do not look.
async fn project(context: &Context<'_>) -> Result<Option<Text>, ResolveError> {
    if load::find(context.settings.file.as_deref(), context.places)?.is_none() {
        return Ok(None);
    }
    let file = context.load().await?;
    let name = file.project.as_ref().map(|project| project.name.clone());
    Ok(name.filter(|name| !name.is_empty()))
}

async fn add(
    context: &Context<'_>,
    store: Arc<Store>,
    place: &Place,
    (key, value, masked): (&str, Option<&str>, bool),
) -> Result<(), ResolveError> {
    let name = place.name(key)?;
    // What is said about it is no output: scripts read that.
    context.report.error_text(
        "ℹ️  Using encrypted storage (the system's own secret store is not supported yet)\n",
    );
    let value = match value {
        Some(value) => value.to_owned(),
        None => prompt::value(context, key, masked).await?,
    };
    done(move || store.set(&name, &value)).await?;
    let place = place.shown();
    context.say(format!("✓  Secret '{key}' stored securely in {place}"));
    Ok(())
}

async fn list(
    context: &Context<'_>,
    store: Arc<Store>,
    place: &Place,
    values: bool,
) -> Result<(), ResolveError> {
    let mut all = done(move || store.all()).await?;
    all.retain(|account, _| parts(account).0 == place.namespace.as_str());
    let shown = place.shown();
    if all.is_empty() {
        context.say(format!("No secrets found in {shown}"));
        return Ok(());
    }
    context.say(format!("Secrets in {shown}:"));
    keys(context, &all, values).await;
    Ok(())
}

async fn keys(context: &Context<'_>, entries: &Entries, values: bool) {
    for (account, value) in entries {
        let (_, key) = parts(account);
        match values {
            true => context.say(format!("  - {key}: {value}")),
            false => context.say(format!("  - {key}")),
        }
        context.breathe().await;
    }
}

async fn list_all(
    context: &Context<'_>,
    store: Arc<Store>,
    values: bool,
) -> Result<(), ResolveError> {
    let all = done(move || store.all()).await?;
    if all.is_empty() {
        context.say("No secrets found in any namespace");
        return Ok(());
    }
    let mut namespaces: BTreeMap<String, Entries> = BTreeMap::new();
    for (account, value) in all {
        let namespace = parts(&account).0.to_owned();
        let own = namespaces.entry(namespace).or_default();
        own.insert(account, value);
    }
    context.say("All secrets:");
    context.say("");
    for (namespace, entries) in &namespaces {
        let count = match entries.len() {
            1 => "1 secret".to_owned(),
            count => format!("{count} secrets"),
        };
        let shown = printable(namespace);
        context.say(format!("Namespace '{shown}' ({count}):"));
        keys(context, entries, values).await;
        context.say("");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    async fn performed(fixture: &Fixture, command: SecretCommand, namespace: Namespace) {
        let wanted = Secret { command, namespace };
        secret(&fixture.context(), &wanted).await.unwrap();
    }

    fn add(key: &str) -> SecretCommand {
        SecretCommand::Add {
            key: key.to_owned(),
            value: Some(format!("value of {key}")),
            masked: false,
        }
    }

    #[tokio::test]
    async fn secrets_are_listed_by_namespace() {
        let text = "version: 2.0\nproject \"my shop\":\n  set a to \"b\"\n";
        let fixture = Fixture::with("spec.drun", text);
        let team = || Namespace::Named("team".to_owned());
        performed(&fixture, add("b"), Namespace::Found).await;
        performed(&fixture, add("a"), Namespace::Found).await;
        performed(&fixture, add("c"), team()).await;
        let list = SecretCommand::List { values: false };
        performed(&fixture, list, Namespace::Found).await;
        let all = SecretCommand::ListAll { values: true };
        performed(&fixture, all, Namespace::Found).await;
        let key = "c".to_owned();
        performed(&fixture, SecretCommand::Remove { key }, team()).await;
        performed(&fixture, SecretCommand::List { values: true }, team()).await;
        assert_eq!(
            fixture.lines(),
            [
                "✓  Secret 'b' stored securely in project namespace 'my shop'",
                "✓  Secret 'a' stored securely in project namespace 'my shop'",
                "✓  Secret 'c' stored securely in namespace 'team'",
                "Secrets in project namespace 'my shop':",
                "  - a",
                "  - b",
                "All secrets:",
                "",
                "Namespace 'my shop' (2 secrets):",
                "  - a: value of a",
                "  - b: value of b",
                "",
                "Namespace 'team' (1 secret):",
                "  - c: value of c",
                "",
                "✓  Secret 'c' removed from namespace 'team'",
                "No secrets found in namespace 'team'",
            ]
        );
    }

    #[tokio::test]
    async fn without_a_task_file_the_namespace_is_a_default_and_a_wrong_one_is_an_error() {
        let fixture = Fixture::default();
        performed(&fixture, add("k"), Namespace::Found).await;
        assert!(fixture.lines()[0].ends_with("in namespace 'default'"));
        std::fs::write(fixture.here().join("spec.drun"), "version: 2.0\noops\n").unwrap();
        let wanted = Secret {
            command: add("k"),
            namespace: Namespace::Found,
        };
        assert!(secret(&fixture.context(), &wanted).await.is_err());
    }
}

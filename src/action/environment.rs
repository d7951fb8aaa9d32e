//! The environment that a run is in: CI, production, staging, development, or a person's machine.

use crate::ast::Environment;

/// Variables that a CI system sets; one that is not empty is enough, also `CI=false`.
const CI: &[&str] = &[
    "CI",
    "CONTINUOUS_INTEGRATION",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "JENKINS_URL",
    "TRAVIS",
    "CIRCLECI",
];

/// The environment that the variables tell: the first that fits.
pub fn current(variable: &dyn Fn(&str) -> Option<String>) -> Environment {
    let lower = |name: &str| variable(name).unwrap_or_default().to_lowercase();
    let (node, environment) = (lower("NODE_ENV"), lower("ENVIRONMENT"));
    if CI
        .iter()
        .any(|name| variable(name).is_some_and(|value| !value.is_empty()))
    {
        Environment::Ci
    } else if node == "production" || matches!(environment.as_str(), "production" | "prod") {
        Environment::Production
    } else if node == "staging" || matches!(environment.as_str(), "staging" | "stage") {
        Environment::Staging
    } else if [node, environment]
        .iter()
        .any(|name| name == "development" || name == "dev")
    {
        Environment::Development
    } else {
        Environment::Local
    }
}

/// The word of an environment.
pub fn name(environment: Environment) -> &'static str {
    match environment {
        Environment::Ci => "ci",
        Environment::Local => "local",
        Environment::Production => "production",
        Environment::Staging => "staging",
        Environment::Development => "development",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> &'static str {
        name(current(&|name| {
            let (_, value) = pairs.iter().find(|(own, _)| *own == name)?;
            Some((*value).to_owned())
        }))
    }

    #[test]
    fn the_first_environment_that_fits_is_it() {
        assert_eq!(of(&[("CI", "false"), ("NODE_ENV", "production")]), "ci");
        assert_eq!(of(&[("CI", ""), ("ENVIRONMENT", "Prod")]), "production");
        assert_eq!(of(&[("ENVIRONMENT", "stage")]), "staging");
        assert_eq!(of(&[("NODE_ENV", "dev")]), "development");
        assert_eq!(of(&[]), "local");
    }
}

//! What is kept, where, and for how long: in this version the same under every policy.

use super::Statement;

pub(super) fn statements() -> Vec<Statement> {
    vec![
        Statement::fixed(
            &["E11"],
            "What somebody wrote is kept sealed: 200 characters on each side of what was met, which the collector cannot \
             open. Of pictures of abuse nothing is kept.",
        ),
        Statement::fixed(&[], "What changed on a device is kept for 400 days; what it sent last, until it sends anew."),
        Statement::fixed(&[], "A device keeps what was acknowledged for 7 days, in case the collector is restored."),
        Statement::fixed(
            &["C9", "C10"],
            "Cases, findings and the audit chain are kept until somebody erases them: this version erases none by itself.",
        ),
    ]
}

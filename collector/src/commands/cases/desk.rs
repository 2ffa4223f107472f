//! What lies on the desk of somebody who works on concerns: the collector's answers, and the key that opens them.

use caretaker_proto::console::v1::cases_client::CasesClient;
use caretaker_proto::console::v1::keys_client::KeysClient;
use caretaker_proto::console::v1::{CaseStep, Evidence, GetRecipientsRequest, Statement, Words, words};
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::Role;
use caretaker_shared::sealing::{
    ContentKey, Half, OpenError, Opened, PersonalKey, Sealed, SignedSet, open_statement, seal_statement,
};
use prost::Message as _;
use tonic::transport::Channel;
use tonic::{Code, Status};
use zeroize::Zeroizing;

use crate::commands::keyholder::Held;
use crate::commands::refused::{failure, refused};
use crate::commands::{Exit, Failure};
use crate::console::ANSWER_BYTES;
use crate::render::cases::Statements;

/// The way to the two services that work on concerns needs.
pub(super) struct Desk {
    pub(super) cases: CasesClient<Channel>,
    keys: KeysClient<Channel>,
}

impl Desk {
    pub(super) fn new(channel: Channel) -> Self {
        Self {
            cases: CasesClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES),
            keys: KeysClient::new(channel).max_decoding_message_size(ANSWER_BYTES),
        }
    }

    /// The recipients in force, or those of a digest, signed by the root that the caller knows; `None` in a school that
    /// has none.
    pub(super) async fn recipients(
        &mut self,
        digest: Option<Sha256>,
        root: Option<&Sha256>,
    ) -> Result<Option<SignedSet>, Failure> {
        let digest = digest.map(|digest| digest.as_bytes().to_vec()).unwrap_or_default();
        let answer = match self.keys.get_recipients(GetRecipientsRequest { digest }).await {
            Ok(answer) => answer.into_inner(),
            // A collector without keys, or one from before there were any.
            Err(status) if matches!(status.code(), Code::NotFound | Code::Unimplemented) => return Ok(None),
            Err(status) => return Err(refused(&status)),
        };
        if answer.signed.is_empty() {
            return Ok(None);
        }
        let doubt = |problem: String| {
            let remedy =
                "do not go on, and tell the safeguarding lead: somebody may have put other keys in their place";
            failure(
                Exit::Denied,
                format!("the recipients that the collector names are not to be trusted: {problem}\n  {remedy}"),
            )
        };
        let set = SignedSet::parse(&answer.signed).map_err(|error| doubt(error.to_string()))?;
        if let Some(root) = root {
            set.follows(root, None).map_err(|error| doubt(error.to_string()))?;
        }
        Ok(Some(set))
    }

    /// A person's words as they travel: sealed to those who work on concerns, but for the roles that the case is about.
    /// Plain only where the school has no recipients at all.
    pub(super) async fn words(
        &mut self,
        case: &str,
        statement: Statement,
        root: Option<&Sha256>,
    ) -> Result<Words, Failure> {
        let Some(set) = self.recipients(None, root).await? else {
            return Ok(Words { form: Some(words::Form::Plain(statement)) });
        };
        let plain = Zeroizing::new(statement.encode_to_vec());
        let sealed = seal_statement(&set, case, &self.about(case).await?, &plain);
        let sealed = sealed.map_err(|error| failure(Exit::Findings, format!("the text cannot be sealed: {error}")))?;
        Ok(Words { form: Some(words::Form::Sealed(sealed)) })
    }

    /// The roles that a case is about.
    async fn about(&mut self, case: &str) -> Result<Vec<Role>, Failure> {
        let request = caretaker_proto::console::v1::GetCaseRequest { reference: case.to_owned() };
        let answer = self.cases.get_case(request).await.map_err(|status: Status| refused(&status))?.into_inner();
        let case = answer.case.unwrap_or_default();
        Ok(case.conflicts.iter().filter_map(|word| Role::parse(word)).collect())
    }
}

/// What people wrote about a case, as far as it can be read with this key.
pub(super) fn statements(case: &str, steps: &[CaseStep], key: Option<&PersonalKey>) -> Statements {
    let read = |step: &CaseStep| Some((step.id, statement(case, step.words.as_ref()?, key)?));
    steps.iter().filter_map(read).collect()
}

/// One statement; `None` for one that this key does not open.
pub(super) fn statement(case: &str, words: &Words, key: Option<&PersonalKey>) -> Option<Statement> {
    match words.form.as_ref()? {
        words::Form::Plain(statement) => Some(statement.clone()),
        words::Form::Sealed(sealed) => {
            let plain = open_statement(sealed, case, key?).ok()?;
            Statement::decode(plain.as_slice()).ok()
        }
    }
}

/// What a device sealed, with whoever's key this is; checked against the device and against the event that the
/// collector shows beside it.
pub(super) fn opened(evidence: &Evidence, held: &Held) -> Result<Opened, OpenError> {
    let sealed = Sealed::parse(&evidence.sealed)?;
    sealed.check_device(&evidence.certificate)?;
    if held.root.is_some_and(|root| root != sealed.root()) {
        return Err(OpenError::Changed);
    }
    let opened = sealed.open(&content_key(&sealed, evidence, &held.key)?)?;
    let person = opened.person.map(|person| person.as_bytes().to_vec()).unwrap_or_default();
    let same = opened.rule == evidence.rule
        && opened.category == evidence.category
        && u32::from(opened.severity.level()) == evidence.severity
        && person == evidence.user;
    if same { Ok(opened) } else { Err(OpenError::Changed) }
}

fn content_key(sealed: &Sealed, evidence: &Evidence, key: &PersonalKey) -> Result<ContentKey, OpenError> {
    if sealed.ways(&key.id()).alone {
        return sealed.key_alone(key);
    }
    for half in &evidence.halves {
        // Either the second layer is ours, or the second person has opened it and hands us the key.
        let ours = Half::parse(&half.sealed).and_then(|half| sealed.key_of_half(&half, key));
        if let Ok(key) = ours.or_else(|_| sealed.key_granted(&half.sealed, key)) {
            return Ok(key);
        }
    }
    Err(OpenError::NotForThisKey)
}

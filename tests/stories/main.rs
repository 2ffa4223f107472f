//! What Caretaker promises, shown with real processes on this machine. One file a story.

mod browser_history;
mod canary;
mod casework;
mod catalogue;
mod dashboard;
mod detection_figures;
mod first_report;
mod flagged_document;
mod hostile_callers;
mod kill_campaign;
mod licence_audit;
mod mail_trouble;
mod offline_day;
mod operators;
mod plain_errors;
mod proof;
mod sealed_evidence;

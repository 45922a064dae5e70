//! Each error that a server or a network can give is the right error of the port, and is known or unknown as it must.

use super::*;
use mongodb::bson::{self, doc};
use mongodb::error::{CommandError, IndexedWriteError, WriteConcernError, WriteError};

#[derive(Debug, PartialEq)]
enum Means {
    Duplicate,
    Refused(&'static str),
    Unknown(&'static str),
}

fn meaning(kind: ErrorKind) -> Means {
    let name = |error: StoreError| match error {
        StoreError::Unavailable(_) => "unavailable",
        StoreError::Timeout(_) => "timeout",
        StoreError::Full(_) => "full",
        StoreError::Corrupt { .. } => "corrupt",
    };
    match classify("insert a model", &Error::from(kind)) {
        Fault::Duplicate(_) => Means::Duplicate,
        Fault::Refused(error) => Means::Refused(name(error)),
        Fault::Unknown(error) => Means::Unknown(name(error)),
    }
}

fn command(code: i32) -> ErrorKind {
    let error: CommandError = bson::deserialize_from_document(doc! { "code": code, "errmsg": "m" }).expect("an error");
    ErrorKind::Command(error)
}

fn write_error(code: i32) -> ErrorKind {
    let error: WriteError = bson::deserialize_from_document(doc! { "code": code, "errmsg": "m" }).expect("an error");
    ErrorKind::Write(WriteFailure::WriteError(error))
}

fn concern(code: i32) -> WriteConcernError {
    bson::deserialize_from_document(doc! { "code": code, "errmsg": "m" }).expect("an error")
}

fn many(codes: &[i32], concerned: Option<i32>) -> ErrorKind {
    let one = |code: &i32| {
        bson::deserialize_from_document::<IndexedWriteError>(doc! { "index": 0, "code": code }).expect("an error")
    };
    let mut error: InsertManyError = bson::deserialize_from_document(doc! {}).expect("an error");
    error.write_errors = Some(codes.iter().map(one).collect());
    error.write_concern_error = concerned.map(concern);
    ErrorKind::InsertMany(error)
}

#[test]
fn a_full_disk_is_full_and_nothing_was_written() {
    assert_eq!(meaning(write_error(14031)), Means::Refused("full"));
    assert_eq!(meaning(command(14031)), Means::Refused("full"));
    assert_eq!(meaning(many(&[11000, 14031], None)), Means::Refused("full"));
}

#[test]
fn a_server_that_is_not_the_primary_has_written_nothing() {
    for code in [10107, 13435, 13436, 10058] {
        assert_eq!(meaning(command(code)), Means::Refused("unavailable"), "{code}");
    }
}

#[test]
fn a_server_that_stepped_down_or_shut_down_meanwhile_may_have_written() {
    for code in [189, 91, 11600, 11602, 9001] {
        assert_eq!(meaning(command(code)), Means::Unknown("unavailable"), "{code}");
        assert_eq!(
            meaning(ErrorKind::Write(WriteFailure::WriteConcernError(concern(code)))),
            Means::Unknown("unavailable")
        );
    }
}

#[test]
fn a_time_limit_leaves_open_what_happened() {
    assert_eq!(meaning(command(50)), Means::Unknown("timeout"));
    assert_eq!(meaning(ErrorKind::Write(WriteFailure::WriteConcernError(concern(64)))), Means::Unknown("timeout"));
    let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
    assert_eq!(meaning(ErrorKind::Io(late.into())), Means::Unknown("timeout"));
}

#[test]
fn a_cut_connection_leaves_open_what_happened() {
    let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    assert_eq!(meaning(ErrorKind::Io(cut.into())), Means::Unknown("unavailable"));
}

#[test]
fn duplicates_are_told_apart_from_other_refusals() {
    assert_eq!(meaning(write_error(11000)), Means::Duplicate);
    assert_eq!(meaning(command(11000)), Means::Duplicate);
    assert_eq!(meaning(many(&[11000, 11000], None)), Means::Duplicate);
    assert_eq!(meaning(many(&[11000], Some(64))), Means::Unknown("timeout"));
    assert_eq!(meaning(write_error(121)), Means::Refused("unavailable"));
    assert_eq!(meaning(command(13)), Means::Refused("unavailable"));
}

#[test]
fn messages_name_what_was_tried_and_stay_short() {
    let error = Error::from(many(&vec![14031; 500], None));
    let Fault::Refused(error) = classify("insert portfolios", &error) else { panic!("refused") };
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(cause.starts_with("insert portfolios: ") && cause.len() < 700, "{cause}");
}

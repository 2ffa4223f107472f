use std::path::Path;

use super::{Config, ConfigError, template};
use crate::mail::settings::{Route, SmtpTls};

const BASE: &str = "/data";

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("collector.toml"), Path::new(BASE))
}

fn with_mail(section: &str) -> String {
    format!(
        "school = \"Northfield School\"\naddress = \"collector.example.school:7443\"\nlisten = \"127.0.0.1:7443\"\n\
         [mail]\nfrom = \"caretaker@example.school\"\n{section}"
    )
}

#[test]
fn what_init_writes_can_be_read_and_says_what_was_asked() {
    for (address, listen) in [
        ("collector.example.school:7443", "0.0.0.0:7443"),
        ("127.0.0.1:7001", "127.0.0.1:7001"),
        ("localhost:7001", "127.0.0.1:7001"),
        ("[::1]:7001", "[::1]:7001"),
    ] {
        let config = parse(&template("St \"Quote\" School \\ Ü", address)).expect("good settings");
        assert_eq!(config.school, "St \"Quote\" School \\ Ü");
        assert_eq!(config.address, address);
        assert_eq!(config.listen.to_string(), listen);
        assert!(matches!(config.mail.route, Route::Maildir { path } if path == Path::new("/data/mail")));
    }
}

#[test]
fn a_mail_server_has_starttls_unless_it_says_otherwise() {
    let Route::Smtp(smtp) =
        parse(&with_mail("route = \"smtp\"\nhost = \"mail.example.school\"")).expect("good").mail.route
    else {
        panic!("a mail server was asked for");
    };
    assert_eq!((smtp.tls, smtp.port), (SmtpTls::Starttls, 587));
    let plain = parse(&with_mail("route = \"smtp\"\nhost = \"127.0.0.1\"\ntls = \"none\"\nport = 2525")).expect("good");
    assert!(matches!(plain.mail.route, Route::Smtp(smtp) if smtp.port == 2525 && smtp.tls == SmtpTls::None));
}

#[test]
fn each_fault_is_shown_with_its_line_its_key_and_the_remedy() {
    let cases = [
        (with_mail("route = \"pigeon\""), "line 6: mail.route is not a way for mail\n  expected \"smtp\""),
        (with_mail("route = \"smtp\""), "line 4: mail.host is missing\n  expected the mail server's name"),
        (
            with_mail("route = \"smtp\"\nhost = \"mail.example.school\"\ntls = \"none\""),
            "line 8: mail.tls would send mail over the network unprotected",
        ),
        (with_mail("route = \"smtp\"\nhost = \"localhost\"\nport = 70000"), "line 8: mail.port is not a port"),
        (with_mail("route = \"smtp\"\nhost = \"localhost\"\nuser = \"a\""), "line 4: mail.password_file is missing"),
        (
            with_mail("route = \"maildir\"\ncolour = \"red\""),
            "line 7: colour is wrong: unknown field `colour`\n  expected one of",
        ),
        (with_mail("route = 5"), "line 6: route is wrong: invalid type: integer `5`\n  expected a"),
        ("school = \"x\"\n".to_owned(), "is wrong: missing field `address`"),
        (with_mail("route = \"maildir\"").replace("127.0.0.1:7443", "here"), "line 3: listen is not an IP address"),
        (with_mail("route = \"maildir\"").replace("school:7443", "school"), "line 2: address is not host:port"),
        (with_mail("route = \"maildir"), "line 6: "),
    ];
    for (text, expected) in cases {
        let message = parse(&text).expect_err(expected).to_string();
        assert!(message.contains(expected), "wanted {expected:?}, got {message:?}");
    }
}

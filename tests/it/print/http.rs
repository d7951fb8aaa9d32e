//! HTTP requests: each option on a line of its own.

use drun::ast::action::{Http, HttpHeader, HttpScheme};

use super::Printer;
use super::expression::quoted;

impl Printer {
    pub(super) fn http(&mut self, node: &Http) {
        let method = node.method.as_str().to_lowercase();
        self.line(format!("{method} {}", quoted(&node.url.text)));
        self.deeper(|printer| {
            for header in &node.headers {
                printer.line(match header {
                    HttpHeader::Written(text) => format!("header {}", quoted(&text.text)),
                    HttpHeader::Accept(text) => format!("accept {}", quoted(&text.text)),
                    HttpHeader::ContentType(text) => format!("content type {}", quoted(&text.text)),
                });
            }
            if let Some(auth) = &node.auth {
                let scheme = match auth.scheme {
                    HttpScheme::Bearer => "bearer",
                    HttpScheme::Basic => "basic",
                };
                printer.line(format!("auth {scheme} {}", quoted(&auth.credentials.text)));
            }
            let options = [
                ("body", &node.body),
                ("timeout", &node.timeout),
                ("retry", &node.retry),
            ];
            for (word, text) in options {
                if let Some(text) = text {
                    printer.line(format!("{word} {}", quoted(&text.text)));
                }
            }
        });
    }
}

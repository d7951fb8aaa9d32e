//! Times by a layout in which the parts of a reference moment stand for the fields:
//! Monday, 2 January 2006, 15:04:05 −0700.

use time::OffsetDateTime;

/// The layout that is used when none is given.
pub const DEFAULT_LAYOUT: &str = "2006-01-02 15:04:05";

/// `now` in the local time zone; in UTC where the zone cannot be found out.
pub fn local_now() -> OffsetDateTime {
    OffsetDateTime::now_local().unwrap_or_else(|_| OffsetDateTime::now_utc())
}

/// The text of a field at a moment.
type Field = fn(&OffsetDateTime) -> String;

/// Fields by the text that stands for them, longer ones before those that they begin with.
static FIELDS: &[(&str, Field)] = &[
    ("January", |at| at.month().to_string()),
    ("Monday", |at| at.weekday().to_string()),
    ("-07:00", |at| zone(at, ":", true)),
    ("Z07:00", |at| zulu(at, ":")),
    ("-0700", |at| zone(at, "", true)),
    ("Z0700", |at| zulu(at, "")),
    ("2006", |at| format!("{:04}", at.year())),
    ("Jan", |at| short(at.month().to_string())),
    ("Mon", |at| short(at.weekday().to_string())),
    ("MST", zone_name),
    ("002", |at| format!("{:03}", at.ordinal())),
    ("-07", |at| zone(at, "", false)),
    ("01", |at| format!("{:02}", u8::from(at.month()))),
    ("02", |at| format!("{:02}", at.day())),
    ("03", |at| format!("{:02}", twelve(at.hour()))),
    ("04", |at| format!("{:02}", at.minute())),
    ("05", |at| format!("{:02}", at.second())),
    ("06", |at| format!("{:02}", at.year().rem_euclid(100))),
    ("15", |at| format!("{:02}", at.hour())),
    ("PM", |at| {
        (if at.hour() < 12 { "AM" } else { "PM" }).to_owned()
    }),
    ("pm", |at| {
        (if at.hour() < 12 { "am" } else { "pm" }).to_owned()
    }),
    ("_2", |at| format!("{:>2}", at.day())),
    ("1", |at| u8::from(at.month()).to_string()),
    ("2", |at| at.day().to_string()),
    ("3", |at| twelve(at.hour()).to_string()),
    ("4", |at| at.minute().to_string()),
    ("5", |at| at.second().to_string()),
];

/// `at` by `layout`; what stands for no field is copied.
pub fn format(at: &OffsetDateTime, layout: &str) -> String {
    let mut out = String::new();
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
        if let Some((text, after)) = fraction(at, rest) {
            out.push_str(&text);
            rest = after;
            continue;
        }
        match FIELDS.iter().find(|(field, _)| begins(rest, field)) {
            Some((field, value)) => {
                out.push_str(&value(at));
                rest = &rest[field.len()..];
            }
            None => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    out
}

/// Whether a layout begins with a field. The short names are none within a word: `Janet`.
fn begins(layout: &str, field: &str) -> bool {
    layout.strip_prefix(field).is_some_and(|after| {
        let word = after.starts_with(|char: char| char.is_ascii_lowercase());
        !(word && matches!(field, "Jan" | "Mon"))
    })
}

/// `.000`, `,000` and `.999`, not followed by another digit.
fn fraction<'l>(at: &OffsetDateTime, layout: &'l str) -> Option<(String, &'l str)> {
    let separator = layout
        .chars()
        .next()
        .filter(|char| matches!(char, '.' | ','))?;
    let digits = &layout[1..];
    let kind = digits
        .chars()
        .next()
        .filter(|char| matches!(char, '0' | '9'))?;
    let count = digits.chars().take_while(|char| *char == kind).count();
    let after = &digits[count..];
    if after.starts_with(|char: char| char.is_ascii_digit()) {
        return None;
    }
    let all = format!("{:09}", at.nanosecond());
    let mut shown: String = all
        .chars()
        .chain(std::iter::repeat('0'))
        .take(count)
        .collect();
    if kind == '9' {
        shown.truncate(shown.trim_end_matches('0').len());
        if shown.is_empty() {
            return Some((String::new(), after));
        }
    }
    Some((format!("{separator}{shown}"), after))
}

fn short(name: String) -> String {
    name.chars().take(3).collect()
}

fn twelve(hour: u8) -> u8 {
    match hour % 12 {
        0 => 12,
        hour => hour,
    }
}

fn zone(at: &OffsetDateTime, separator: &str, minutes: bool) -> String {
    let offset = at.offset();
    let sign = if offset.is_negative() { '-' } else { '+' };
    let (hours, rest) = (offset.whole_hours().abs(), offset.minutes_past_hour().abs());
    if minutes {
        format!("{sign}{hours:02}{separator}{rest:02}")
    } else {
        format!("{sign}{hours:02}")
    }
}

fn zulu(at: &OffsetDateTime, separator: &str) -> String {
    if at.offset().is_utc() {
        "Z".to_owned()
    } else {
        zone(at, separator, true)
    }
}

/// The zone's name is not known, only its offset.
fn zone_name(at: &OffsetDateTime) -> String {
    if at.offset().is_utc() {
        return "UTC".to_owned();
    }
    let offset = at.offset();
    if offset.minutes_past_hour() == 0 {
        zone(at, "", false)
    } else {
        zone(at, "", true)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn fields_are_replaced_and_other_text_is_copied() {
        let at = datetime!(2026-03-07 09:05:04.120 +05:30);
        let format = |layout| format(&at, layout);
        assert_eq!(format(DEFAULT_LAYOUT), "2026-03-07 09:05:04");
        assert_eq!(
            format("Monday, 2 January 2006 3:04:05 PM"),
            "Saturday, 7 March 2026 9:05:04 AM"
        );
        assert_eq!(format("Mon Jan _2 15:4:5 06"), "Sat Mar  7 09:5:4 26");
        assert_eq!(format("05.000 05.999 05,00"), "04.120 04.12 04,12");
        assert_eq!(format("-0700 -07:00 -07 Z07:00"), "+0530 +05:30 +05 +05:30");
        assert_eq!(format("Janet Monk Jan."), "Janet Monk Mar.");
        assert_eq!(format("HH:mm 002"), "HH:mm 066");
    }
}

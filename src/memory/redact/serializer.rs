//! A serialiser around another one that hides the secrets of what passes through it.
//!
//! The program's tree is written while it is walked, so hiding has to happen between the tree and
//! the JSON. Beside the texts themselves it knows where it is: in a node whose name says that it
//! holds a secret, the literals of the value are hidden even if they are too short to be looked
//! for elsewhere. A name that is only likely to be one, such as `$key`, does not hide what a loop
//! visits.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::known::KnownValues;
use super::names::{Secrecy, is_innocent_value, secrecy};
use super::phrases::is_reference;
use super::{MARK, Redactor};

/// Fields that hold the name of what their node sets or compares.
const NAMES: &[&str] = &["name", "key", "variable", "left"];
/// Fields of such a node that hold its value.
const VALUES: &[&str] = &[
    "value",
    "default",
    "allowed",
    "question",
    "right",
    "header_value",
];
/// Fields whose own name says that their value is a secret. Of a header it may be one, whatever its name is.
const SECRETS: &[(&str, Secrecy)] = &[
    ("credentials", Secrecy::Sure),
    ("header_value", Secrecy::Likely),
];
/// The field that holds what a loop visits.
const VISITED: &str = "source";
/// Variants of expressions that are literals or hold some; the others are names.
const LITERALS: &[&str] = &[
    "text", "number", "word", "literal", "array", "group", "negate", "binary", "compare",
];

/// The enum whose values and defaults are secrets whatever they are called (`ast::action::secret`).
const SECRET_OPERATION: &str = "secret_operation";

/// What is done with the texts that pass.
#[derive(Clone, Copy)]
enum Mode<'r> {
    /// They are written without their secrets.
    Hide(&'r Redactor),
    /// The literals under secret names are collected.
    Collect(&'r RefCell<KnownValues>),
    /// They are shown to somebody.
    Visit(&'r dyn Fn(&str)),
}

impl fmt::Debug for Mode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hide(_) => "Hide",
            Self::Collect(_) => "Collect",
            Self::Visit(_) => "Visit",
        })
    }
}

/// Visits all texts of a part of the program, whatever they are.
pub fn texts(program: &impl Serialize, visit: &dyn Fn(&str)) {
    let mut sink = serde_json::Serializer::new(std::io::sink());
    // Writing to a sink never fails.
    let _ = program.serialize(Redacting::with_mode(&mut sink, Mode::Visit(visit)));
}

/// What is known about a value before it is visited.
#[derive(Debug, Clone, Copy)]
struct Context<'r> {
    mode: Mode<'r>,
    /// Whether it is the value of something secret.
    secrecy: Secrecy,
    /// Where to note what its text says as a name.
    name: Option<&'r Cell<Secrecy>>,
}

/// The serialiser.
#[derive(Debug)]
pub struct Redacting<'r, S> {
    inner: S,
    context: Context<'r>,
}

impl<'r, S> Redacting<'r, S> {
    /// Hides the secrets that `redactor` knows or tells by their names.
    pub fn new(inner: S, redactor: &'r Redactor) -> Self {
        Self::with_mode(inner, Mode::Hide(redactor))
    }

    /// Collects the literals that stand under secret names.
    pub(super) fn collecting(inner: S, found: &'r RefCell<KnownValues>) -> Self {
        Self::with_mode(inner, Mode::Collect(found))
    }

    fn with_mode(inner: S, mode: Mode<'r>) -> Self {
        let context = Context {
            mode,
            secrecy: Secrecy::None,
            name: None,
        };
        Self { inner, context }
    }

    fn compound<C>(self, open: impl FnOnce(S) -> C) -> (C, Context<'r>) {
        (open(self.inner), self.context)
    }
}

/// A value with its context, on its way into the inner serialiser.
struct Wrapped<'a, 'r, T: ?Sized> {
    value: &'a T,
    context: Context<'r>,
}

impl<T: Serialize + ?Sized> Serialize for Wrapped<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Redacting {
            inner: serializer,
            context: self.context,
        })
    }
}

/// A node that is being written, and what its name said.
#[derive(Debug)]
pub struct Compound<'r, C> {
    inner: C,
    context: Context<'r>,
    name: Cell<Secrecy>,
    /// How many elements were written, for pairs of a name and a value.
    index: usize,
}

impl<'r, C> Compound<'r, C> {
    fn new<E>((inner, context): (Result<C, E>, Context<'r>)) -> Result<Self, E> {
        Ok(Self {
            inner: inner?,
            context: Context {
                name: None,
                ..context
            },
            name: Cell::new(Secrecy::None),
            index: 0,
        })
    }

    /// The secrecy of the field `key`, given the name that came before it.
    fn of_field(&self, key: &str) -> Secrecy {
        let name = self.name.get();
        let holds = VALUES.contains(&key) || (key == VISITED && name == Secrecy::Sure);
        let own = if holds { name } else { Secrecy::None };
        let mut always = SECRETS.iter().filter(|(secret, _)| *secret == key);
        let always = always.next().map_or(Secrecy::None, |(_, secrecy)| *secrecy);
        own.max(always).max(self.context.secrecy)
    }
}

impl<'r, S: Serializer> Serializer for Redacting<'r, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Compound<'r, S::SerializeSeq>;
    type SerializeTuple = Compound<'r, S::SerializeTuple>;
    type SerializeTupleStruct = Compound<'r, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Compound<'r, S::SerializeTupleVariant>;
    type SerializeMap = Compound<'r, S::SerializeMap>;
    type SerializeStruct = Compound<'r, S::SerializeStruct>;
    type SerializeStructVariant = Compound<'r, S::SerializeStructVariant>;

    fn serialize_str(self, text: &str) -> Result<S::Ok, S::Error> {
        let Context {
            mode,
            secrecy: of_value,
            name,
        } = self.context;
        if let Some(name) = name {
            name.set(name.get().max(secrecy(text)));
        }
        let secret = of_value != Secrecy::None && !is_reference(text) && !is_innocent_value(text);
        match mode {
            Mode::Collect(found) => {
                if secret {
                    found.borrow_mut().add(text, of_value);
                } else {
                    found.borrow_mut().add_told_in(text);
                }
                self.inner.serialize_unit()
            }
            Mode::Visit(visit) => {
                visit(text);
                self.inner.serialize_unit()
            }
            Mode::Hide(_) if secret => self.inner.serialize_str(MARK),
            Mode::Hide(redactor) if redactor.next(text, 0).is_none() => {
                self.inner.serialize_str(text)
            }
            Mode::Hide(redactor) => self.inner.collect_str(&redactor.redacted(text)),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let context = self.context;
        self.inner.serialize_some(&Wrapped { value, context })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let context = self.context;
        self.inner
            .serialize_newtype_struct(name, &Wrapped { value, context })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let mut context = self.context;
        if !LITERALS.contains(&variant) {
            context.secrecy = Secrecy::None;
        }
        self.inner
            .serialize_newtype_variant(name, index, variant, &Wrapped { value, context })
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        Compound::new(self.compound(|inner| inner.serialize_seq(len)))
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        Compound::new(self.compound(|inner| inner.serialize_tuple(len)))
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        Compound::new(self.compound(|inner| inner.serialize_tuple_struct(name, len)))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        Compound::new(
            self.compound(|inner| inner.serialize_tuple_variant(name, index, variant, len)),
        )
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        Compound::new(self.compound(|inner| inner.serialize_map(len)))
    }

    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        Compound::new(self.compound(|inner| inner.serialize_struct(name, len)))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let node = Compound::new(
            self.compound(|inner| inner.serialize_struct_variant(name, index, variant, len)),
        )?;
        if name == SECRET_OPERATION {
            node.name.set(Secrecy::Sure);
        }
        Ok(node)
    }

    fn serialize_bool(self, value: bool) -> Result<S::Ok, S::Error> {
        self.inner.serialize_bool(value)
    }

    fn serialize_i8(self, value: i8) -> Result<S::Ok, S::Error> {
        self.inner.serialize_i8(value)
    }

    fn serialize_i16(self, value: i16) -> Result<S::Ok, S::Error> {
        self.inner.serialize_i16(value)
    }

    fn serialize_i32(self, value: i32) -> Result<S::Ok, S::Error> {
        self.inner.serialize_i32(value)
    }

    fn serialize_i64(self, value: i64) -> Result<S::Ok, S::Error> {
        self.inner.serialize_i64(value)
    }

    fn serialize_u8(self, value: u8) -> Result<S::Ok, S::Error> {
        self.inner.serialize_u8(value)
    }

    fn serialize_u16(self, value: u16) -> Result<S::Ok, S::Error> {
        self.inner.serialize_u16(value)
    }

    fn serialize_u32(self, value: u32) -> Result<S::Ok, S::Error> {
        self.inner.serialize_u32(value)
    }

    fn serialize_u64(self, value: u64) -> Result<S::Ok, S::Error> {
        self.inner.serialize_u64(value)
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        self.inner.serialize_f32(value)
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        self.inner.serialize_f64(value)
    }

    fn serialize_char(self, value: char) -> Result<S::Ok, S::Error> {
        self.inner.serialize_char(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<S::Ok, S::Error> {
        self.inner.serialize_bytes(value)
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_none()
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_struct(name)
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_variant(name, index, variant)
    }
}

impl<C> Compound<'_, C> {
    /// Writes an element of a tuple: of a pair, the first may be the name of the second.
    fn element<T: ?Sized, R>(
        &mut self,
        value: &T,
        write: impl FnOnce(&mut C, &Wrapped<'_, '_, T>) -> R,
    ) -> R {
        let mut context = self.context;
        if self.index == 0 {
            context.name = Some(&self.name);
        } else {
            context.secrecy = context.secrecy.max(self.name.get());
        }
        self.index += 1;
        write(&mut self.inner, &Wrapped { value, context })
    }

    /// Writes a field: a name is noted, a value is secret when the name said so.
    fn field<T: ?Sized, R>(
        &mut self,
        key: &str,
        value: &T,
        write: impl FnOnce(&mut C, &Wrapped<'_, '_, T>) -> R,
    ) -> R {
        let mut context = self.context;
        context.secrecy = self.of_field(key);
        if NAMES.contains(&key) {
            context.name = Some(&self.name);
        }
        write(&mut self.inner, &Wrapped { value, context })
    }

    /// Whether a field need not be visited: finding the line of each position takes most of the
    /// time of a walk that writes nothing.
    fn is_skipped(&self, key: &str) -> bool {
        key == "position" && !matches!(self.context.mode, Mode::Hide(_))
    }
}

impl<C: SerializeSeq> SerializeSeq for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let context = self.context;
        self.inner.serialize_element(&Wrapped { value, context })
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

impl<C: SerializeTuple> SerializeTuple for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.element(value, |inner, value| inner.serialize_element(value))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

impl<C: SerializeTupleStruct> SerializeTupleStruct for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.element(value, |inner, value| inner.serialize_field(value))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

impl<C: SerializeTupleVariant> SerializeTupleVariant for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.element(value, |inner, value| inner.serialize_field(value))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

impl<C: SerializeMap> SerializeMap for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let context = self.context;
        self.inner.serialize_value(&Wrapped { value, context })
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

impl<C: SerializeStruct> SerializeStruct for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), C::Error> {
        if self.is_skipped(key) {
            return self.inner.skip_field(key);
        }
        self.field(key, value, |inner, value| inner.serialize_field(key, value))
    }

    fn skip_field(&mut self, key: &'static str) -> Result<(), C::Error> {
        self.inner.skip_field(key)
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

impl<C: SerializeStructVariant> SerializeStructVariant for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), C::Error> {
        self.field(key, value, |inner, value| inner.serialize_field(key, value))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

//! How values become fields of the contract, and the structs that have them.

use bstr::{BStr, BString, ByteSlice as _};

use super::{NamedPath, PathJson};
use crate::{
    domain::{actor::Actor, id::TaskId, status::Status, time::Timestamp},
    git::ObjectId,
};

/// A value that a field of type `T` can have.
pub trait JsonForm<T> {
    /// The field for it.
    fn to_json(&self) -> T;
}

impl<T, A: JsonForm<T>> JsonForm<Vec<T>> for [A] {
    fn to_json(&self) -> Vec<T> {
        self.iter().map(A::to_json).collect()
    }
}

impl<T, A: JsonForm<T>> JsonForm<Vec<T>> for Vec<A> {
    fn to_json(&self) -> Vec<T> {
        self.as_slice().to_json()
    }
}

impl<T, A: JsonForm<T>> JsonForm<Option<T>> for Option<A> {
    fn to_json(&self) -> Option<T> {
        self.as_ref().map(A::to_json)
    }
}

impl<T, A: JsonForm<T> + ?Sized> JsonForm<T> for &A {
    fn to_json(&self) -> T {
        A::to_json(self)
    }
}

macro_rules! copied {
    ($($type:ty),*) => { $(impl JsonForm<$type> for $type { fn to_json(&self) -> $type { *self } })* };
}
copied!(bool, char, u8, u32, u64, usize, i32, f64, Status);

macro_rules! displayed {
    ($($type:ty),*) => { $(impl JsonForm<String> for $type { fn to_json(&self) -> String { self.to_string() } })* };
}
displayed!(str, String, Actor, TaskId, Timestamp, ObjectId, ulid::Ulid);

impl JsonForm<&'static str> for &'static str {
    fn to_json(&self) -> &'static str {
        self
    }
}

/// As UTF-8, with a replacement for what is none.
impl JsonForm<String> for BString {
    fn to_json(&self) -> String {
        self.to_str_lossy().into_owned()
    }
}

impl JsonForm<PathJson> for BString {
    fn to_json(&self) -> PathJson {
        PathJson::new(self.as_bstr())
    }
}

impl JsonForm<PathJson> for &BStr {
    fn to_json(&self) -> PathJson {
        PathJson::new(self)
    }
}

impl JsonForm<NamedPath> for BString {
    fn to_json(&self) -> NamedPath {
        NamedPath::new(self.as_bstr())
    }
}

/// Define structs of the contract. `struct A from b: &B` has also a function `new` that makes it of `b`, and with `, c: C` of more: a field
/// is the field of `b` with its name, or what is behind its `=`.
macro_rules! json {
    () => {};
    (@field $from:ident $name:ident) => { $crate::view::json::JsonForm::to_json(&$from.$name) };
    (@field $from:ident $name:ident $value:expr) => { $value };
    (
        $(#[$about:meta])* $vis:vis struct $name:ident from $from:ident: &$type:ty {
            $( $(#[$of_field:meta])* $field_vis:vis $field:ident: $field_type:ty $(= $value:expr)?, )*
        }
        $($rest:tt)*
    ) => {
        impl $crate::view::json::JsonForm<$name> for $type {
            fn to_json(&self) -> $name {
                $name::new(self)
            }
        }
        $crate::view::json::json! {
            $(#[$about])* $vis struct $name from $from: &$type, {
                $( $(#[$of_field])* $field_vis $field: $field_type $(= $value)?, )*
            }
            $($rest)*
        }
    };
    (
        $(#[$about:meta])* $vis:vis struct $name:ident from $from:ident: &$type:ty, $($more:ident: $more_type:ty),* {
            $( $(#[$of_field:meta])* $field_vis:vis $field:ident: $field_type:ty $(= $value:expr)?, )*
        }
        $($rest:tt)*
    ) => {
        $crate::view::json::json! {
            $(#[$about])* $vis struct $name { $( $(#[$of_field])* $field_vis $field: $field_type, )* }
        }
        impl $name {
            /// The JSON form of it.
            $vis fn new($from: &$type, $($more: $more_type),*) -> Self {
                $name { $( $field: $crate::view::json::json!(@field $from $field $($value)?), )* }
            }
        }
        $crate::view::json::json! { $($rest)* }
    };
    (
        $(#[$about:meta])* $vis:vis struct $name:ident {
            $( $(#[$of_field:meta])* $field_vis:vis $field:ident: $field_type:ty, )*
        }
        $($rest:tt)*
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, ::serde::Serialize, ::schemars::JsonSchema)]
        $vis struct $name { $( $(#[$of_field])* $field_vis $field: $field_type, )* }
        $crate::view::json::json! { $($rest)* }
    };
}
pub(super) use json;

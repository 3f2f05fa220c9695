//! Enums whose cases have a word each: in files, in JSON, on the command line.

/// Define such an enum, with the way from a case to its word and back.
macro_rules! named {
    ($(#[$attribute:meta])* $vis:vis enum $name:ident { $( $(#[$of_case:meta])* $case:ident = $word:literal, )+ }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name { $( $(#[$of_case])* $case, )+ }

        #[allow(dead_code, reason = "not every word is read again")]
        impl $name {
            /// All cases, in order.
            pub const ALL: [Self; [$( $word ),+].len()] = [$( $name::$case ),+];

            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self { $( $name::$case => $word, )+ }
            }

            /// The case that `word` is for.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|case| case.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use named;

//! The nearest known function to one that does not exist: the "did you mean" of link errors.

use std::fmt;

/// A function by name. Ordered by module, function and arity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mfa<'a> {
    /// The module's name, as the atom has it (`Elixir.Enum` for Elixir's `Enum`).
    pub module: &'a str,
    /// The function's name.
    pub function: &'a str,
    /// How many arguments it takes.
    pub arity: u8,
}

impl<'a> Mfa<'a> {
    /// `module:function/arity`.
    #[must_use]
    pub const fn new(module: &'a str, function: &'a str, arity: u8) -> Self {
        Self { module, function, arity }
    }
}

impl fmt::Display for Mfa<'_> {
    /// `lists:foldl/3`, without the quotes that Erlang's syntax may ask for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.module, self.function, self.arity)
    }
}

/// Why a function may be the one that was meant. The smaller, the likelier; ties go to the smaller [`Mfa`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// Same module and function; by how much the arities differ.
    OtherArity(u8),
    /// Same module and a similar name: edits, then whether the arity differs and by how much.
    SimilarName(usize, u8),
    /// Same function and arity in a module of a similar name: edits.
    SimilarModule(usize),
    /// Same function and arity in a module of a quite different name.
    OtherModule,
}

/// The one of `known` that was most likely meant by `wanted`, which itself is never the answer.
///
/// Functions of the same module come first: another arity of the name, then a similar name. Then the same function and
/// arity in a module of a similar name, or in an unrelated module if it is the only one that has it. `None` if
/// nothing is near enough to be worth saying. The order and the repetitions of `known` do not matter.
#[must_use]
pub fn nearest<'a>(wanted: Mfa<'_>, known: impl IntoIterator<Item = Mfa<'a>>) -> Option<Mfa<'a>> {
    let mut best: Option<(Reason, Mfa<'a>)> = None;
    // Of two unrelated modules with the function neither is likelier: the user is better off with no guess.
    let mut ambiguous = false;
    for candidate in known {
        let Some(reason) = reason(wanted, candidate) else { continue };
        match best {
            None => best = Some((reason, candidate)),
            Some((Reason::OtherModule, other)) if reason == Reason::OtherModule => {
                ambiguous |= other.module != candidate.module;
            }
            Some(current) => best = Some(current.min((reason, candidate))),
        }
    }
    match best {
        Some((Reason::OtherModule, _)) if ambiguous => None,
        _ => best.map(|(_, candidate)| candidate),
    }
}

/// The one of `known` that is nearest to the name `wanted`, if it is near enough; of those as near, the smallest.
#[must_use]
pub fn nearest_name<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |candidate: &'a str| {
        // `foo.beam` for `foo`, or `0.7` for `atomvm-0.7`, is more than a misspelling, but clearly meant.
        let part = wanted.len() > 2 && candidate.contains(wanted);
        // Elixir's source leaves the prefix of its modules out.
        let edits = match candidate.strip_prefix("Elixir.") {
            Some(name) if name == wanted => Some(0),
            _ if part => Some(1),
            _ => edits(wanted, candidate),
        };
        edits.filter(|_| candidate != wanted).map(|edits| (edits, candidate))
    };
    known.into_iter().filter_map(near).min().map(|(_, candidate)| candidate)
}

/// Why `candidate` may be what was meant; `None` if it is too far off, or is `wanted` itself.
fn reason(wanted: Mfa<'_>, candidate: Mfa<'_>) -> Option<Reason> {
    let arities = wanted.arity.abs_diff(candidate.arity);
    if wanted.module == candidate.module {
        if wanted.function == candidate.function {
            return (arities > 0).then_some(Reason::OtherArity(arities));
        }
        return edits(wanted.function, candidate.function).map(|edits| Reason::SimilarName(edits, arities));
    }
    if wanted.function == candidate.function && arities == 0 {
        return match edits(wanted.module, candidate.module) {
            Some(edits) => Some(Reason::SimilarModule(edits)),
            // Functions of no arguments (`new`, `start`, `version`) have the same names everywhere.
            None => (wanted.arity > 0).then_some(Reason::OtherModule),
        };
    }
    None
}

/// The edits (insert, delete, replace, swap neighbours) between two names, if they are few for their length: at most
/// one in three characters, and one at least.
fn edits(wanted: &str, candidate: &str) -> Option<usize> {
    let lengths = (wanted.chars().count(), candidate.chars().count());
    let long = lengths.0.max(lengths.1);
    let allowed = (long / 3).max(1);
    // Every difference in length is an edit: most candidates are done with here, before the quadratic part. A name that
    // would be replaced whole (`a` by `b`) is not similar.
    if lengths.0.abs_diff(lengths.1) > allowed || long < 2 {
        return None;
    }
    let edits = strsim::osa_distance(wanted, candidate);
    (edits <= allowed).then_some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Mfa<'_>; 12] = [
        Mfa::new("lists", "foldl", 3),
        Mfa::new("lists", "foldr", 3),
        Mfa::new("lists", "keysort", 2),
        Mfa::new("lists", "keyfind", 3),
        Mfa::new("lists", "map", 2),
        Mfa::new("lists", "seq", 2),
        Mfa::new("lists", "seq", 3),
        Mfa::new("maps", "keys", 1),
        Mfa::new("maps", "map", 2),
        Mfa::new("gen_server", "start_link", 3),
        Mfa::new("gen_statem", "start_link", 3),
        Mfa::new("string", "trim", 1),
    ];

    /// The suggestion for `module:function/arity`, which must not depend on the order of what is known.
    #[track_caller]
    fn suggestion(module: &str, function: &str, arity: u8) -> Option<String> {
        let wanted = Mfa::new(module, function, arity);
        let forward = nearest(wanted, KNOWN);
        assert_eq!(forward, nearest(wanted, KNOWN.into_iter().rev()));
        assert_eq!(forward, nearest(wanted, KNOWN.into_iter().chain(KNOWN)));
        forward.map(|mfa| mfa.to_string())
    }

    #[test]
    fn another_arity_comes_first() {
        assert_eq!(suggestion("lists", "foldl", 2).as_deref(), Some("lists:foldl/3"));
        // The nearest arity, and the smaller of two that are as near.
        assert_eq!(suggestion("lists", "seq", 5).as_deref(), Some("lists:seq/3"));
        assert_eq!(suggestion("lists", "seq", 1).as_deref(), Some("lists:seq/2"));
    }

    #[test]
    fn then_a_similar_name_of_the_same_module() {
        assert_eq!(suggestion("lists", "fodlr", 3).as_deref(), Some("lists:foldr/3"));
        assert_eq!(suggestion("lists", "key_find", 3).as_deref(), Some("lists:keyfind/3"));
        assert_eq!(suggestion("lists", "keyfind_", 9).as_deref(), Some("lists:keyfind/3"));
        // foldl and foldr are both one edit away: the smaller name.
        assert_eq!(suggestion("lists", "fold", 3).as_deref(), Some("lists:foldl/3"));
    }

    #[test]
    fn then_the_same_function_of_another_module() {
        assert_eq!(suggestion("list", "keyfind", 3).as_deref(), Some("lists:keyfind/3"));
        assert_eq!(suggestion("map", "map", 2).as_deref(), Some("maps:map/2"));
        assert_eq!(suggestion("gen_sever", "start_link", 3).as_deref(), Some("gen_server:start_link/3"));
        assert_eq!(suggestion("dict", "keys", 1).as_deref(), Some("maps:keys/1"));
    }

    #[test]
    fn nothing_rather_than_a_wild_guess() {
        // Two unrelated modules have it.
        assert_eq!(suggestion("supervisor", "start_link", 3), None);
        // One module only, but another arity.
        assert_eq!(suggestion("dict", "keys", 2), None);
        assert_eq!(suggestion("lists", "zip", 2), None);
        assert_eq!(suggestion("", "", 0), None);
        assert_eq!(nearest(Mfa::new("lists", "foldl", 3), []), None);
    }

    #[test]
    fn the_wanted_function_itself_is_no_answer() {
        let wanted = Mfa::new("lists", "foldl", 3);
        assert_eq!(nearest(wanted, [wanted]), None);
    }

    #[test]
    fn names_of_elixir_modules_without_their_prefix() {
        assert_eq!(nearest_name("Mx", ["Elixir.Ma", "Elixir.Mx", "Elixir.Mx.A", "My"]), Some("Elixir.Mx"));
        assert_eq!(nearest_name("Enum", ["Elixir.Enumerable", "Elixir.Enum", "enum"]), Some("Elixir.Enum"));
    }

    #[test]
    fn names_alone() {
        let known = ["emberl", "atomvm-0.7", "hello.beam"];
        assert_eq!(nearest_name("embrel", known), Some("emberl"));
        assert_eq!(nearest_name("atomvm", known), Some("atomvm-0.7"));
        assert_eq!(nearest_name("hello", known), Some("hello.beam"));
        assert_eq!(nearest_name("emberl", known), None);
        assert_eq!(nearest_name("x", known), None);
    }

    #[test]
    fn names_are_compared_by_characters() {
        assert_eq!(edits("größe", "grösse"), Some(2));
        assert_eq!(edits("ab", "ba"), Some(1));
        assert_eq!(edits("a", "b"), None);
        assert_eq!(edits("abc", "abcdefgh"), None);
    }
}

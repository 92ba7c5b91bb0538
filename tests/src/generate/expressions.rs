//! Cases that are nested expressions.

use super::{atom, binary, float, integer, term};
use crate::mutate::Numbers;

/// What an expression should give. Now and then it gives something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Number,
    List,
    Tuple,
    Map,
    Boolean,
    Binary,
    Any,
}

const KINDS: [Kind; 8] =
    [Kind::Integer, Kind::Number, Kind::List, Kind::Tuple, Kind::Map, Kind::Boolean, Kind::Binary, Kind::Any];

/// One case.
pub(super) fn case(numbers: &mut Numbers) -> String {
    let kind = numbers.one_of(&KINDS);
    let depth = 2 + numbers.below(4);
    Writer { numbers, variables: Vec::new(), named: 0 }.expression(kind, depth)
}

struct Writer<'n> {
    numbers: &'n mut Numbers,
    /// The variables that may be used here.
    variables: Vec<(String, Kind)>,
    /// How many names were given: each is given once, so that none is unsafe.
    named: usize,
}

impl Writer<'_> {
    fn below(&mut self, limit: usize) -> usize {
        self.numbers.below(limit)
    }

    fn name(&mut self) -> String {
        self.named += 1;
        format!("V{}", self.named)
    }

    /// `what` with more variables, which are gone after it.
    fn with(&mut self, variables: &[(&str, Kind)], what: impl FnOnce(&mut Self) -> String) -> String {
        let count = self.variables.len();
        self.variables.extend(variables.iter().map(|&(name, kind)| (name.to_owned(), kind)));
        let text = what(self);
        self.variables.truncate(count);
        text
    }

    fn literal(&mut self, kind: Kind) -> String {
        let numbers = &mut *self.numbers;
        let literal = match kind {
            Kind::Integer => integer(numbers),
            Kind::Number => float(numbers),
            Kind::List => format!("[{}, {}, {}]", integer(numbers), term(numbers, 1), integer(numbers)),
            Kind::Tuple => format!("{{{}, {}}}", integer(numbers), term(numbers, 1)),
            Kind::Map => format!("#{{a => {}, 1 => {}}}", term(numbers, 1), term(numbers, 0)),
            Kind::Boolean => numbers.one_of(&["true", "false"]).to_owned(),
            Kind::Binary => binary(numbers),
            Kind::Any => term(numbers, 2),
        };
        // Half of them are constants to the compiler.
        if numbers.below(2) == 0 { literal } else { format!("id({literal})") }
    }

    fn expression(&mut self, kind: Kind, depth: usize) -> String {
        let kind = if self.below(25) == 0 { self.numbers.one_of(&KINDS) } else { kind };
        let known: Vec<String> = self
            .variables
            .iter()
            .filter(|(_, of)| *of == kind || kind == Kind::Any)
            .map(|(name, _)| name.clone())
            .collect();
        if !known.is_empty() && self.below(3) == 0 {
            let index = self.below(known.len());
            return known.get(index).cloned().unwrap_or_default();
        }
        let Some(depth) = depth.checked_sub(1) else { return self.literal(kind) };
        if self.below(3) == 0 {
            return self.control(kind, depth);
        }
        match kind {
            Kind::Integer => self.integer(depth),
            Kind::Number => {
                let operator = self.numbers.one_of(&["+", "-", "*", "/"]);
                let (a, b) = (self.expression(Kind::Integer, depth), self.expression(Kind::Number, depth));
                format!("({a} {operator} {b})")
            }
            Kind::List => self.list(depth),
            Kind::Tuple => {
                let (a, b) = (self.expression(Kind::Any, depth), self.expression(Kind::Any, depth));
                match self.below(3) {
                    0 => format!("setelement(1, {}, {a})", self.expression(Kind::Tuple, depth)),
                    _ => format!("{{{a}, {b}}}"),
                }
            }
            Kind::Map => {
                let (a, b) = (self.expression(Kind::Any, depth), self.expression(Kind::Any, depth));
                match self.below(4) {
                    0 => format!("#{{{a} => {b}, b => 1}}"),
                    1 => format!("({})#{{a := {b}}}", self.expression(Kind::Map, depth)),
                    2 => format!("maps:put({a}, {b}, {})", self.expression(Kind::Map, depth)),
                    _ => format!("({})#{{{a} => {b}, 2 => 3}}", self.expression(Kind::Map, depth)),
                }
            }
            Kind::Boolean => {
                let (a, b) = (self.expression(Kind::Any, depth), self.expression(Kind::Any, depth));
                match self.below(4) {
                    0 => {
                        let operator = self.numbers.one_of(&["andalso", "orelse", "and", "or", "xor"]);
                        let (a, b) = (self.expression(Kind::Boolean, depth), self.expression(Kind::Boolean, depth));
                        format!("({a} {operator} {b})")
                    }
                    1 => format!("not ({})", self.expression(Kind::Boolean, depth)),
                    _ => format!("({a} {} {b})", self.numbers.one_of(&["<", ">=", "==", "=:=", "=/="])),
                }
            }
            Kind::Binary => {
                let (a, b) = (self.expression(Kind::Integer, depth), self.expression(Kind::Binary, depth));
                match self.below(3) {
                    0 => format!("<<({a}):{}, ({b})/binary>>", 8 * (1 + self.below(9))),
                    1 => {
                        let name = self.name();
                        format!("<< <<({name} + 1)>> || <<{name}>> <= {b} >>")
                    }
                    _ => format!("<<({b})/binary, {}>>", self.below(256)),
                }
            }
            Kind::Any => {
                let a = self.expression(Kind::Any, depth);
                match self.below(6) {
                    0 => format!("hd({})", self.expression(Kind::List, depth)),
                    1 => format!("element({}, {})", 1 + self.below(3), self.expression(Kind::Tuple, depth)),
                    2 => format!("map_get({a}, {})", self.expression(Kind::Map, depth)),
                    3 => format!("begin put(k, {a}), get(k) end"),
                    4 => format!("begin self() ! {a}, receive X{0} -> X{0} after 0 -> none end end", self.named()),
                    _ => format!("{{{a}, {}}}", atom(self.numbers)),
                }
            }
        }
    }

    fn named(&mut self) -> usize {
        self.named += 1;
        self.named
    }

    fn integer(&mut self, depth: usize) -> String {
        let (a, b) = (self.expression(Kind::Integer, depth), self.expression(Kind::Integer, depth));
        match self.below(9) {
            0..=4 => {
                let operator = self.numbers.one_of(&["+", "-", "*", "div", "rem", "band", "bor", "bxor"]);
                format!("({a} {operator} {b})")
            }
            5 => format!("({a} bsr {})", self.below(70)),
            6 => format!("length({})", self.expression(Kind::List, depth)),
            7 => format!("byte_size({})", self.expression(Kind::Binary, depth)),
            _ => format!("({a} bsl {})", self.below(70)),
        }
    }

    fn list(&mut self, depth: usize) -> String {
        let list = self.expression(Kind::List, depth);
        match self.below(5) {
            0 => {
                let name = self.name();
                let (body, test) = (
                    self.with(&[(&name, Kind::Integer)], |w| w.expression(Kind::Any, depth)),
                    self.with(&[(&name, Kind::Integer)], |w| w.expression(Kind::Boolean, 1)),
                );
                format!("[{body} || {name} <- {list}, {test}]")
            }
            1 => format!("({list} ++ {})", self.expression(Kind::List, depth)),
            2 => format!("({list} -- {})", self.expression(Kind::List, depth)),
            3 => format!("tl({list})"),
            _ => format!("[{} | {list}]", self.expression(Kind::Any, depth)),
        }
    }

    /// An expression that decides, catches or calls.
    fn control(&mut self, kind: Kind, depth: usize) -> String {
        match self.below(6) {
            0 | 1 => self.case_of(kind, depth),
            2 => {
                let (body, other) = (self.expression(kind, depth), self.expression(kind, depth));
                let (class, reason) = (self.name(), self.name());
                let after =
                    if self.below(3) == 0 { format!(" after put(z, {})", self.below(9)) } else { String::new() };
                match self.below(3) {
                    0 => format!("try {body} catch {class}:{reason} -> {{{class}, {reason}}}{after} end"),
                    1 => format!("try {body} catch error:badarith -> {other}; throw:{reason} -> {reason}{after} end"),
                    _ => format!("try throw({body}) catch throw:{reason} -> {reason}; error:_ -> {other}{after} end"),
                }
            }
            3 => {
                let name = self.name();
                let of = self.numbers.one_of(&KINDS);
                let body = self.with(&[(&name, of)], |w| w.expression(kind, depth));
                format!("(fun({name}) -> {body} end)({})", self.expression(of, depth))
            }
            4 => {
                let (name, other) = (self.name(), self.expression(kind, depth));
                let body = self.with(&[(&name, Kind::Any)], |w| w.expression(kind, depth));
                let guard = self.guard(&name);
                let test = self.expression(Kind::Any, depth);
                // The name must not be seen outside.
                format!("(fun() -> {name} = {test}, if {guard} -> {body}; true -> {other} end end)()")
            }
            _ => {
                let name = self.name();
                let value = self.expression(Kind::Any, depth);
                let body = self.with(&[(&name, Kind::Any)], |w| w.expression(kind, depth));
                format!("begin {name} = {value}, {body} end")
            }
        }
    }

    fn guard(&mut self, name: &str) -> String {
        match self.below(6) {
            0 => format!("is_integer({name}), {name} > {}", self.below(50)),
            1 => format!("is_list({name}); is_tuple({name})"),
            2 => format!("{name} =:= {}", term(self.numbers, 1)),
            3 => format!("length({name}) > {}", self.below(3)),
            4 => format!("element(1, {name}) =:= {}", integer(self.numbers)),
            _ => format!("map_size({name}) > 0 orelse {name} < {}", term(self.numbers, 1)),
        }
    }

    /// A literal as a pattern.
    fn pattern(&mut self) -> String {
        let literal = term(self.numbers, 1);
        // A map pattern's arrow is another.
        if literal.contains("=>") { "[]".to_owned() } else { literal }
    }

    fn case_of(&mut self, kind: Kind, depth: usize) -> String {
        let subject = self.numbers.one_of(&KINDS);
        let mut text = format!("case {} of ", self.expression(subject, depth));
        for _ in 0..=self.below(3) {
            let (a, b) = (self.name(), self.name());
            let (pattern, variables): (String, Vec<(&str, Kind)>) = match self.below(7) {
                0 => (format!("{{{a}, {b}}}"), vec![(&a, Kind::Integer), (&b, Kind::Any)]),
                1 => (format!("[{a} | {b}]"), vec![(&a, Kind::Integer), (&b, Kind::List)]),
                2 => (format!("#{{a := {a}}}"), vec![(&a, Kind::Any)]),
                3 => (format!("<<{a}:{}, {b}/bitstring>>", 1 + self.below(20)), vec![(&a, Kind::Integer)]),
                4 => (self.pattern(), vec![]),
                5 => (integer(self.numbers), vec![]),
                _ => (format!("{a} when {}", self.guard(&a)), vec![(&a, Kind::Any)]),
            };
            let body = self.with(&variables, |w| w.expression(kind, depth));
            text += &format!("{pattern} -> {body}; ");
        }
        if self.below(6) == 0 {
            let body = self.expression(kind, depth);
            return text + &format!("none -> {body} end");
        }
        let body = self.expression(kind, depth);
        text + &format!("_ -> {body} end")
    }
}

//! Instructions on data: comparisons, tests of types, tuples, floats, funs, maps, and calls of guard functions.

use core::cmp::Ordering;

use crate::atoms;
use crate::heap::View;
use crate::integers::{self, Operation};
use crate::interp::{Machine, REGISTERS, Trouble, op};
use crate::memory::NoMemory;
use crate::natives::NativeId;
use crate::raise::Raise;
use crate::term::{Kind, Term};
use crate::vm::Outcome;

impl Machine<'_> {
    /// The word at an index of the area that a valid pointer points into.
    #[inline(always)]
    pub(super) fn at(&self, pointer: Term, offset: usize) -> Term {
        let words = if pointer.is_literal() { &self.shared.literals.words } else { &self.process.heap.words };
        Term(words.at(pointer.index() + offset))
    }

    /// The header of a boxed term.
    #[inline(always)]
    fn header(&self, term: Term) -> Option<Term> {
        term.is_boxed().then(|| self.at(term, 0))
    }

    #[inline(always)]
    pub(super) fn cell(&self, term: Term) -> Option<(Term, Term)> {
        term.is_list().then(|| (self.at(term, 0), self.at(term, 1)))
    }

    /// The size of a tuple; `None` for anything else.
    #[inline(always)]
    pub(super) fn tuple_size(&self, term: Term) -> Option<usize> {
        self.header(term).filter(|header| header.kind() == Kind::Tuple).map(Term::size)
    }

    /// An element of a tuple, counted from 0.
    #[inline(always)]
    pub(super) fn element(&self, tuple: Term, index: usize) -> Option<Term> {
        (index < self.tuple_size(tuple)?).then(|| self.at(tuple, 1 + index))
    }

    pub(super) fn is_big(&self, term: Term) -> bool {
        self.header(term).is_some_and(|header| matches!(header.kind(), Kind::PositiveInteger | Kind::NegativeInteger))
    }

    /// What a comparison found; when it had no memory, that is remembered, and the answer is thrown away.
    #[inline(always)]
    fn known(&self, result: Result<bool, NoMemory>) -> bool {
        if self.shared.budget.walked() > 0 {
            self.trouble.set(Trouble::Long);
        }
        result.unwrap_or_else(|NoMemory| {
            self.trouble.set(Trouble::NoMemory);
            false
        })
    }

    #[inline(always)]
    pub(super) fn same(&self, a: Term, b: Term) -> bool {
        a == b || (a.is_pointer() && b.is_pointer() && self.same_rarely(a, b))
    }

    /// As [`same`](Self::same), of two objects. Out of the interpreter's loop, which it would make slower.
    #[inline(never)]
    fn same_rarely(&self, a: Term, b: Term) -> bool {
        self.known(crate::compare::equal_exact(self.store(), a, b))
    }

    #[inline(always)]
    pub(super) fn equal(&self, a: Term, b: Term) -> bool {
        a == b || ((a.is_pointer() || b.is_pointer()) && self.equal_rarely(a, b))
    }

    /// As [`equal`](Self::equal), when one is an object.
    #[inline(never)]
    fn equal_rarely(&self, a: Term, b: Term) -> bool {
        self.known(crate::compare::equal(self.store(), a, b))
    }

    #[inline(always)]
    pub(super) fn less(&self, a: Term, b: Term) -> bool {
        if a.is_small() && b.is_small() {
            return (a.0 as i32) < b.0 as i32;
        }
        self.less_rarely(a, b)
    }

    /// As [`less`](Self::less), when one is no small integer.
    #[inline(never)]
    fn less_rarely(&self, a: Term, b: Term) -> bool {
        if let (Some(x), Some(y)) = (self.float_value(a), self.float_value(b)) {
            return x < y;
        }
        if let Some(ordering) = integers::order(&self.process.heap, &self.shared.literals, a, b) {
            return ordering.is_lt();
        }
        self.known(crate::compare::compare(self.store(), a, b).map(Ordering::is_lt))
    }

    /// The tests of types that are rarer.
    #[cfg_attr(not(target_os = "none"), inline(never))]
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn is_of_type(&self, number: u8, term: Term) -> bool {
        let view = self.store().view(term);
        match number {
            op::IS_FLOAT => matches!(view, View::Float(_)),
            op::IS_NUMBER => matches!(view, View::Small(_) | View::Big { .. } | View::Float(_)),
            op::IS_PID => match view {
                View::Pid(_) => true,
                View::External(words) => words.first() == Some(&(crate::heap::External::Pid as u32)),
                _ => false,
            },
            op::IS_PORT => match view {
                View::Port(_) => true,
                View::External(words) => words.first() == Some(&(crate::heap::External::Port as u32)),
                _ => false,
            },
            op::IS_REFERENCE => match view {
                View::Reference(_) => true,
                View::External(words) => words.first() == Some(&(crate::heap::External::Reference as u32)),
                _ => false,
            },
            op::IS_BINARY => matches!(view, View::Bits(bits) if bits.is_binary()),
            op::IS_BITSTR => matches!(view, View::Bits(_)),
            op::IS_MAP => matches!(view, View::Map(_)),
            op::IS_FUNCTION => matches!(view, View::Fun { .. } | View::ExportFun(_)),
            _ => false,
        }
    }

    pub(super) fn is_function(&self, fun: Term, arity: Term) -> bool {
        let of_fun = match self.store().view(fun) {
            View::Fun { entry, .. } => self.shared.code.lambdas.get(entry as usize).map(|lambda| lambda.arity),
            View::ExportFun(index) => self.shared.code.exports.get(index as usize).map(|export| export.arity),
            _ => None,
        };
        of_fun.is_some_and(|of_fun| arity.as_small() == Some(i32::from(of_fun)))
    }

    /// `select_val`: word 1 the value, 2 the label for others, 3 the number of words, then values and labels.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn select_value(&mut self) -> Option<Outcome> {
        let value = self.quick_operand(1);
        let count = self.word(3) as usize;
        let mut index = 4;
        while index < 4 + count {
            let candidate = Term(self.word(index));
            if candidate == value || (candidate.is_pointer() && self.same(candidate, value)) {
                return self.select(self.word(index + 1));
            }
            index += 2;
        }
        self.select(self.word(2))
    }

    /// The same, with values that are sorted by their words.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn select_sorted(&mut self) -> Option<Outcome> {
        let value = self.quick_operand(1).0;
        let (mut low, mut high) = (0, self.word(3) as usize / 2);
        while low < high {
            let middle = (low + high) / 2;
            let candidate = self.word(4 + 2 * middle);
            if candidate == value {
                return self.select(self.word(5 + 2 * middle));
            }
            if candidate < value {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        self.select(self.word(2))
    }

    /// `select_tuple_arity`, likewise with sizes.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn select_arity(&mut self) -> Option<Outcome> {
        let Some(size) = self.tuple_size(self.operand(1)) else { return self.select(self.word(2)) };
        let count = self.word(3) as usize;
        let mut index = 4;
        while index < 4 + count {
            if Term(self.word(index)).as_small() == Some(size as i32) {
                return self.select(self.word(index + 1));
            }
            index += 2;
        }
        self.select(self.word(2))
    }

    fn select(&mut self, distance: u32) -> Option<Outcome> {
        if distance == 0 { self.error(atoms::BADARG) } else { self.jump(distance) }
    }

    /// `put_tuple2`: word 1 the destination, 2 the size, then the elements.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn put_tuple(&mut self) -> Option<Outcome> {
        let size = self.word(2) as usize;
        if self.process.heap.reserve(size + 1).is_err() {
            return Some(self.out_of_memory());
        }
        let index = self.process.heap.words.len();
        self.process.heap.words.push_reserved(Term::header(Kind::Tuple, size).0);
        for element in 0..size {
            let value = self.quick_operand(3 + element);
            self.process.heap.words.push_reserved(value.0);
        }
        self.assign(self.word(1), Term::boxed(index, 0));
        self.proceed()
    }

    /// `set_tuple_element`: a tuple that setelement/3 has just copied.
    pub(super) fn set_tuple_element(&mut self) -> Option<Outcome> {
        let (value, tuple, index) = (self.operand(1), self.operand(2), self.word(3) as usize);
        if tuple.is_literal() || self.element(tuple, index).is_none() {
            return self.error(atoms::BADARG);
        }
        self.process.heap.words.set(tuple.index() + 1 + index, value.0);
        self.proceed()
    }

    /// `update_record`: hint, size, source, destination, then positions (from 1) and values. Always copies.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn update_record(&mut self) -> Option<Outcome> {
        let (size, source) = (self.word(2) as usize, self.quick_operand(3));
        if self.tuple_size(source) != Some(size) {
            return self.error(atoms::BADARG);
        }
        if self.process.heap.reserve(size + 1).is_err() {
            return Some(self.out_of_memory());
        }
        let index = self.process.heap.words.len();
        for offset in 0..=size {
            let word = self.at(source, offset);
            self.process.heap.words.push_reserved(word.0);
        }
        let count = self.word(5) as usize;
        for pair in 0..count / 2 {
            let position = Term(self.word(6 + 2 * pair)).as_small().unwrap_or(0) as usize;
            let value = self.quick_operand(7 + 2 * pair);
            if position == 0 || position > size {
                return self.error(atoms::BADARG);
            }
            self.process.heap.words.set(index + position, value.0);
        }
        self.assign(self.word(4), Term::boxed(index, 0));
        self.proceed()
    }

    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // Masked.
    pub(super) fn float(&self, number: u32) -> f64 {
        self.f[number as usize & (REGISTERS - 1)]
    }

    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // Masked.
    pub(super) fn set_float(&mut self, number: u32, value: f64) {
        self.f[number as usize & (REGISTERS - 1)] = value;
    }

    /// The value of a float.
    #[inline(always)]
    pub(super) fn float_value(&self, term: Term) -> Option<f64> {
        (self.header(term)? == Term::header(Kind::Float, 2))
            .then(|| f64::from_bits(u64::from(self.at(term, 2).0) << 32 | u64::from(self.at(term, 1).0)))
    }

    /// A number as a float.
    #[inline(always)]
    pub(super) fn to_float(&self, term: Term) -> Option<f64> {
        match term.as_small() {
            Some(value) => Some(f64::from(value)),
            None => self.float_value(term).or_else(|| crate::arithmetic::to_float(self.store(), term)),
        }
    }

    /// A result that no float can hold: to the label in word 1, or an error.
    #[cold]
    pub(super) fn float_failed(&mut self) -> Option<Outcome> {
        match self.word(1) {
            0 => self.error(atoms::BADARITH),
            distance => self.jump(distance),
        }
    }

    pub(super) fn bif0(&mut self) -> Option<Outcome> {
        let native = NativeId(self.word(1) as u16);
        let Some(row) = native.get() else { return self.error(atoms::UNDEF) };
        match (row.function)(&mut self.context(), &[]) {
            Ok(term) => {
                self.assign(self.word(2), term);
                self.proceed()
            }
            Err(raise) => self.raised(raise, native, &[]),
        }
    }

    /// `bif1` to `bif3`: word 1 the label, 2 the function, then arguments and destination. Results that need the heap are
    /// rare, and of bounded size: the next safe point collects.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn bif(&mut self, arity: usize) -> Option<Outcome> {
        let native = NativeId(self.word(2) as u16);
        match self.guard(native, 3, arity) {
            Ok(term) => {
                self.assign(self.word(3 + arity), term);
                self.proceed()
            }
            Err(raise) => self.guard_raised(raise, native, 3, arity),
        }
    }

    /// `gc_bif1` to `gc_bif3`: word 1 the label, 2 the live registers, 3 the function, then arguments and destination.
    #[inline(always)]
    pub(super) fn gc_bif(&mut self, arity: usize) -> Option<Outcome> {
        if arity == 2 { self.operator() } else { self.gc_bif_called(arity) }
    }

    /// `gc_bif2`, which most often is an operator of numbers.
    #[cfg_attr(not(target_os = "none"), inline(never))]
    #[cfg_attr(target_os = "none", inline)]
    fn operator(&mut self) -> Option<Outcome> {
        let Some(operation) = Operation::of(self.bif_native()) else { return self.gc_bif_called(2) };
        let (a, b) = (self.quick_operand(4), self.operand(5));
        let result = integers::fast(&mut self.process.heap, &self.shared.literals, operation, a, b);
        let Some(term) = result else { return self.gc_bif_called(2) };
        self.gc_bif_done(term, 2)
    }

    #[cfg_attr(not(target_os = "none"), inline(never))]
    #[cfg_attr(target_os = "none", inline)]
    fn gc_bif_called(&mut self, arity: usize) -> Option<Outcome> {
        let native = self.bif_native();
        let live = self.word(2) as usize;
        let mut result = self.guard(native, 4, arity);
        if result == Err(Raise::NoMemory) && self.give_back_memory(live) {
            result = self.guard(native, 4, arity);
        }
        match result {
            Ok(term) => self.gc_bif_done(term, arity),
            Err(raise) => self.guard_raised(raise, native, 4, arity),
        }
    }

    /// Puts a result where it belongs.
    #[inline(always)]
    fn gc_bif_done(&mut self, term: Term, arity: usize) -> Option<Outcome> {
        match self.ensure_keeping(self.word(2) as usize, term) {
            Some(term) => {
                self.assign(self.word(4 + arity), term);
                self.proceed()
            }
            None => Some(self.out_of_memory()),
        }
    }

    #[inline(always)]
    fn bif_native(&self) -> NativeId {
        NativeId(self.word(3) as u16)
    }

    #[inline(always)]
    fn guard(&mut self, native: NativeId, first: usize, arity: usize) -> crate::raise::Result {
        let arguments = self.bif_arguments(first, arity);
        let Some(row) = native.get() else { return Err(Raise::BADARG) };
        (row.function)(&mut self.context(), arguments.get(..arity).unwrap_or_default())
    }

    #[inline(always)]
    fn bif_arguments(&self, first: usize, arity: usize) -> [Term; 3] {
        let argument = |index: usize| if index < arity { self.quick_operand(first + index) } else { Term::NIL };
        [argument(0), argument(1), argument(2)]
    }

    #[cold]
    fn guard_raised(&mut self, raise: Raise, native: NativeId, first: usize, arity: usize) -> Option<Outcome> {
        match self.word(1) {
            0 => {
                let arguments = self.bif_arguments(first, arity);
                self.raised(raise, native, arguments.get(..arity).unwrap_or_default())
            }
            distance => self.jump(distance),
        }
    }

    /// `make_fun2`: the free variables are the first registers, the fun goes to `x0`.
    pub(super) fn make_fun2(&mut self) -> Option<Outcome> {
        let entry = self.word(1);
        let free = self.shared.code.lambdas.get(entry as usize).map_or(0, |lambda| usize::from(lambda.free));
        let fun = self.process.heap.blank(Kind::Fun, 2 + free);
        let Ok(fun) = fun else { return Some(self.out_of_memory()) };
        let creator = self.process.pid();
        if let [place, pid, places @ ..] = self.process.heap.words_of(fun) {
            (*place, *pid) = (entry, creator.0);
            for (place, term) in places.iter_mut().zip(self.x.iter()) {
                *place = term.0;
            }
        }
        self.set_x(0, fun);
        self.proceed()
    }

    /// `make_fun3`: lambda, destination, then the free variables as a list.
    pub(super) fn make_fun3(&mut self) -> Option<Outcome> {
        let count = self.word(3) as usize;
        if self.process.heap.reserve(3 + count).is_err() {
            return Some(self.out_of_memory());
        }
        let index = self.process.heap.words.len();
        for word in [Term::header(Kind::Fun, 2 + count).0, self.word(1), self.process.pid().0] {
            self.process.heap.words.push_reserved(word);
        }
        for free in 0..count {
            let value = self.operand(4 + free);
            self.process.heap.words.push_reserved(value.0);
        }
        self.assign(self.word(2), Term::boxed(index, 0));
        self.proceed()
    }

    /// The value of a key; none for what is no map.
    #[inline]
    fn map_value(&self, map: Term, key: Term) -> Option<Term> {
        let found = crate::maps::get(self.store(), map, key);
        if self.shared.budget.walked() > 0 {
            self.trouble.set(Trouble::Long);
        }
        found.unwrap_or_else(|NoMemory| {
            self.trouble.set(Trouble::NoMemory);
            None
        })
    }

    /// `has_map_fields`: label, map, then keys as a list.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn has_map_fields(&self) -> bool {
        let map = self.quick_operand(2);
        (0..self.word(3) as usize).all(|index| self.map_value(map, self.quick_operand(4 + index)).is_some())
    }

    /// `get_map_elements`: label, map, then keys and destinations. A destination may be the register of the map.
    #[cfg_attr(target_os = "none", inline)]
    pub(super) fn get_map_elements(&mut self) -> bool {
        let map = self.quick_operand(2);
        for pair in 0..self.word(3) as usize / 2 {
            let (key, destination) = (self.quick_operand(4 + 2 * pair), self.word(5 + 2 * pair));
            match self.map_value(map, key) {
                Some(value) => self.assign(destination, value),
                None => return false,
            }
        }
        true
    }

    /// `put_map_assoc` and `put_map_exact`: label, map, destination, live registers, then keys and values.
    pub(super) fn put_map(&mut self, exact: bool) -> Option<Outcome> {
        let (live, count) = (self.word(4) as usize, self.word(5) as usize);
        let mut result = self.try_put_map(exact, count);
        if result == Err(Raise::NoMemory) && self.give_back_memory(live) {
            result = self.try_put_map(exact, count);
        }
        if self.shared.budget.walked() > 0
            && let Some(outcome) = self.settle()
        {
            return Some(outcome);
        }
        match result {
            Ok(map) => match self.ensure_keeping(live, map) {
                Some(map) => {
                    self.assign(self.word(3), map);
                    self.proceed()
                }
                None => Some(self.out_of_memory()),
            },
            Err(Raise::NoMemory) => Some(self.out_of_memory()),
            Err(_) if self.word(1) != 0 => self.jump(self.word(1)),
            Err(Raise::Error(reason)) => self.throw(crate::raise::Class::Error, reason, super::exceptions::First::Here),
            Err(_) => self.error(atoms::BADARG),
        }
    }

    fn try_put_map(&mut self, exact: bool, count: usize) -> crate::raise::Result {
        let mut map = self.operand(2);
        if !crate::maps::is_map(self.store(), map) {
            let reason = self.process.heap.tuple(&[Term::atom(atoms::BADMAP), map])?;
            return Err(Raise::Error(reason));
        }
        let mut pairs = [(Term::NIL, Term::NIL); 4];
        if let Some(pairs) = pairs.get_mut(..count / 2) {
            for (pair, place) in pairs.iter_mut().enumerate() {
                *place = (self.operand(6 + 2 * pair), self.operand(7 + 2 * pair));
            }
            let pairs = pairs.iter().copied();
            if let Some(map) = crate::maps::put_flat(&mut self.process.heap, self.shared, map, pairs, exact)? {
                return Ok(map);
            }
        }
        for pair in 0..count / 2 {
            let (key, value) = (self.operand(6 + 2 * pair), self.operand(7 + 2 * pair));
            if exact && self.map_value(map, key).is_none() {
                let reason = self.process.heap.tuple(&[Term::atom(atoms::BADKEY), key])?;
                return Err(Raise::Error(reason));
            }
            map = crate::maps::put(&mut self.process.heap, self.shared, map, key, value)?;
        }
        Ok(map)
    }
}

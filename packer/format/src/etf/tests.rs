//! Tests of the external term format: every tag, damage, depth, and round trips of generated terms.

use alloc::{boxed::Box, format, string::String, string::ToString, vec, vec::Vec};

use num_bigint::BigInt;
use proptest::prelude::*;

use super::*;
use crate::error::ErrorKind;

fn with_version(body: &[u8]) -> Vec<u8> {
    [&[VERSION], body].concat()
}

fn read(body: &[u8]) -> Term {
    let bytes = with_version(body);
    let term = decode(&bytes).unwrap();
    assert_eq!(visit(&bytes, &mut ()), Ok(bytes.len()));
    term
}

/// Why a term is refused. `visit` must refuse it for the same reason.
fn refused(body: &[u8]) -> ErrorKind {
    let bytes = with_version(body);
    let error = decode(&bytes).unwrap_err();
    if !matches!(error.kind, ErrorKind::TrailingBytes { .. }) {
        assert_eq!(visit(&bytes, &mut ()).unwrap_err(), error);
    }
    error.kind.clone()
}

fn write(term: &Term) -> Vec<u8> {
    encode(term, &EncodeOptions::default()).unwrap()
}

fn node() -> Box<str> {
    "a@b".into()
}

const NODE: [u8; 5] = [tag::SMALL_ATOM_UTF8, 3, b'a', b'@', b'b'];

fn cat(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn big(text: &str) -> Term {
    Term::BigInteger(text.parse::<BigInt>().unwrap())
}

fn creator() -> Term {
    Term::Pid { node: node(), id: 1, serial: 2, creation: 3 }
}

fn fun() -> FunTerm {
    let uniq = [7; 16];
    let (old_index, old_uniq) = (4, 0xffff_ffff);
    FunTerm {
        arity: 2,
        uniq,
        index: 5,
        module: "m".into(),
        old_index,
        old_uniq,
        creator: creator(),
        free: vec![Term::Integer(9), Term::tuple(vec![])],
    }
}

/// Terms and their bytes after the version byte, as `term_to_binary/1` of OTP 27 writes them.
fn canonical() -> Vec<(Term, Vec<u8>)> {
    vec![
        (Term::atom(""), vec![119, 0]),
        (Term::atom("ok"), vec![119, 2, b'o', b'k']),
        (Term::atom(&"é".repeat(255)), cat(&[&[118, 1, 254], "é".repeat(255).as_bytes()])),
        (Term::Integer(0), vec![97, 0]),
        (Term::Integer(255), vec![97, 255]),
        (Term::Integer(256), vec![98, 0, 0, 1, 0]),
        (Term::Integer(-1), vec![98, 255, 255, 255, 255]),
        (Term::Integer(i64::from(i32::MIN)), vec![98, 128, 0, 0, 0]),
        (Term::Integer(1 << 31), vec![110, 4, 0, 0, 0, 0, 128]),
        (Term::Integer(i64::MIN), vec![110, 8, 1, 0, 0, 0, 0, 0, 0, 0, 128]),
        (Term::Integer(i64::MAX), vec![110, 8, 0, 255, 255, 255, 255, 255, 255, 255, 127]),
        (big("9223372036854775808"), vec![110, 8, 0, 0, 0, 0, 0, 0, 0, 0, 128]),
        (big("-18446744073709551616"), vec![110, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        (Term::BigInteger(BigInt::from(1) << (255 * 8)), cat(&[&[111, 0, 0, 1, 0, 0], &[0; 255], &[1]])),
        (Term::Float(1.5), vec![70, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]),
        (Term::Float(-0.0), vec![70, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        (Term::binary(b""), vec![109, 0, 0, 0, 0]),
        (Term::binary(b"ab"), vec![109, 0, 0, 0, 2, b'a', b'b']),
        (Term::Bitstring { bytes: vec![0xa0], bits: 3 }, vec![77, 0, 0, 0, 1, 3, 0xa0]),
        (Term::Nil, vec![106]),
        (Term::string("abc"), vec![107, 0, 3, b'a', b'b', b'c']),
        (Term::string("aж"), vec![108, 0, 0, 0, 2, 97, b'a', 98, 0, 0, 4, 0x36, 106]),
        (
            Term::List { elements: vec![Term::Integer(1)], tail: Box::new(Term::Integer(2)) },
            vec![108, 0, 0, 0, 1, 97, 1, 97, 2],
        ),
        (Term::tuple(vec![]), vec![104, 0]),
        (Term::tuple(vec![Term::Nil; 256]), cat(&[&[105, 0, 0, 1, 0], &[106; 256]])),
        (Term::Map(vec![]), vec![116, 0, 0, 0, 0]),
        (
            Term::Map(vec![(Term::atom("b"), Term::Integer(1)), (Term::atom("a"), Term::Integer(2))]),
            vec![116, 0, 0, 0, 2, 119, 1, b'b', 97, 1, 119, 1, b'a', 97, 2],
        ),
        (creator(), cat(&[&[88], &NODE, &[0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]])),
        (
            Term::Port { node: node(), id: 1 << 40, creation: 3 },
            cat(&[&[120], &NODE, &[0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3]]),
        ),
        (
            Term::Reference { node: node(), creation: 3, ids: vec![1, 2] },
            cat(&[&[90, 0, 2], &NODE, &[0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2]]),
        ),
        (
            Term::ExportFun { module: "m".into(), function: "f".into(), arity: 255 },
            vec![113, 119, 1, b'm', 119, 1, b'f', 97, 255],
        ),
        (
            Term::Fun(Box::new(fun())),
            cat(&[
                &[112, 0, 0, 0, 63, 2],
                &[7; 16],
                &[0, 0, 0, 5, 0, 0, 0, 2, 119, 1, b'm', 97, 4, 110, 4, 0, 255, 255, 255, 255, 88],
                &NODE,
                &[0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 97, 9, 104, 0],
            ]),
        ),
        (
            Term::OldFun(Box::new(OldFunTerm {
                creator: creator(),
                module: "m".into(),
                index: 1,
                uniq: -1,
                free: vec![Term::Nil],
            })),
            cat(&[
                &[117, 0, 0, 0, 1, 88],
                &NODE,
                &[0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 119, 1, b'm', 97, 1, 98, 255, 255, 255, 255, 106],
            ]),
        ),
        (Term::LocalExt(vec![1, 2, 3]), vec![121, 1, 2, 3]),
    ]
}

#[test]
fn canonical_forms_both_ways() {
    for (term, body) in canonical() {
        assert_eq!(write(&term), with_version(&body), "{term}");
        let back = read(&body);
        assert_eq!(back, term);
        assert_eq!(back.clone(), term);
        assert_eq!(write(&back.clone()), with_version(&body));
    }
}

#[test]
fn other_forms_are_read() {
    let float = |text: &str| cat(&[&[99], text.as_bytes(), &vec![0; 31 - text.len()]]);
    let cases: Vec<(Vec<u8>, Term)> = vec![
        (vec![100, 0, 1, 0xe9], Term::atom("é")),
        (vec![115, 2, b'a', 0xff], Term::atom("aÿ")),
        (vec![118, 0, 1, b'a'], Term::atom("a")),
        (vec![110, 0, 1], Term::Integer(0)),
        (vec![110, 3, 7, 5, 0, 0], Term::Integer(-5)),
        (vec![111, 0, 0, 0, 9, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0], Term::Integer(5)),
        (float("1.50000000000000000000e+00"), Term::Float(1.5)),
        (float("-1.5E3"), Term::Float(-1500.0)),
        (float("1.0e-400"), Term::Float(0.0)),
        (vec![107, 0, 0], Term::Nil),
        (vec![108, 0, 0, 0, 0, 97, 1], Term::Integer(1)),
        (vec![105, 0, 0, 0, 1, 106], Term::tuple(vec![Term::Nil])),
        (vec![77, 0, 0, 0, 0, 0], Term::binary(b"")),
        (vec![77, 0, 0, 0, 1, 8, 9], Term::binary(&[9])),
        (vec![77, 0, 0, 0, 1, 1, 255], Term::Bitstring { bytes: vec![128], bits: 1 }),
        (cat(&[&[103], &NODE, &[0, 0, 0, 1, 0, 0, 0, 2, 3]]), creator()),
        (cat(&[&[102], &NODE, &[0, 0, 0, 9, 3]]), Term::Port { node: node(), id: 9, creation: 3 }),
        (cat(&[&[89], &NODE, &[0, 0, 0, 9, 0, 0, 1, 0]]), Term::Port { node: node(), id: 9, creation: 256 }),
        (cat(&[&[101], &NODE, &[0, 0, 0, 9, 3]]), Term::Reference { node: node(), creation: 3, ids: vec![9] }),
        (
            cat(&[&[114, 0, 2], &NODE, &[3, 0, 0, 0, 9, 0, 0, 0, 8]]),
            Term::Reference { node: node(), creation: 3, ids: vec![9, 8] },
        ),
        (
            vec![113, 119, 1, b'm', 100, 0, 1, b'f', 98, 0, 0, 0, 3],
            Term::ExportFun { module: "m".into(), function: "f".into(), arity: 3 },
        ),
        // Lists, strings and [] in the tail of a list.
        (
            vec![108, 0, 0, 0, 1, 97, 1, 108, 0, 0, 0, 1, 97, 2, 107, 0, 2, 3, 4],
            Term::list((1..=4).map(Term::Integer).collect()),
        ),
        (
            vec![108, 0, 0, 0, 1, 97, 1, 108, 0, 0, 0, 0, 97, 2],
            Term::List { elements: vec![Term::Integer(1)], tail: Box::new(Term::Integer(2)) },
        ),
        (vec![108, 0, 0, 0, 0, 107, 0, 1, 3], Term::string("\u{3}")),
        (vec![108, 0, 0, 0, 0, 108, 0, 0, 0, 0, 106], Term::Nil),
        // The size of a fun is not trusted.
        (
            cat(&[
                &[112, 255, 255, 255, 255, 2],
                &[7; 16],
                &[0, 0, 0, 5, 0, 0, 0, 2, 119, 1, b'm', 97, 4, 98, 0, 0, 0, 6, 88],
                &NODE,
                &[0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 97, 9, 104, 0],
            ]),
            Term::Fun(Box::new(FunTerm { old_uniq: 6, ..fun() })),
        ),
    ];
    for (body, term) in cases {
        assert_eq!(read(&body), term, "{body:?}");
    }
}

#[test]
fn broken_rules_are_refused() {
    let cases: Vec<Vec<u8>> = vec![
        vec![],
        vec![0],
        vec![82, 0],
        vec![255],
        vec![70, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
        vec![70, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
        vec![119, 1, 0xe9],
        vec![119, 3, 0xed, 0xa0, 0x80],
        cat(&[&[118, 1, 0], &[b'a'; 256]]),
        cat(&[&[100, 1, 0], &[b'a'; 256]]),
        vec![77, 0, 0, 0, 1, 0, 1],
        vec![77, 0, 0, 0, 1, 9, 1],
        vec![77, 0, 0, 0, 0, 8],
        vec![77, 0, 0, 0, 0, 1],
        vec![104, 1],
        vec![105, 255, 255, 255, 255, 106],
        vec![108, 255, 255, 255, 255, 106],
        vec![116, 255, 255, 255, 255, 106],
        vec![109, 255, 255, 255, 255, 106],
        cat(&[&[111, 0, 8, 0, 0, 0], &[1; 0x80000]]),
        // A key twice, in whatever form, also inside another key and after normalising.
        vec![116, 0, 0, 0, 2, 97, 1, 97, 2, 98, 0, 0, 0, 1, 97, 3],
        vec![116, 0, 0, 0, 2, 107, 0, 1, 1, 97, 2, 108, 0, 0, 0, 1, 97, 1, 106, 97, 3],
        vec![116, 0, 0, 0, 2, 119, 1, 0x61, 97, 2, 100, 0, 1, 0x61, 97, 3],
        vec![104, 1, 116, 0, 0, 0, 1, 116, 0, 0, 0, 2, 97, 1, 97, 2, 97, 1, 97, 3, 97, 0],
        // Creations of old forms have two bits.
        cat(&[&[103], &NODE, &[0, 0, 0, 1, 0, 0, 0, 2, 4]]),
        cat(&[&[102], &NODE, &[0, 0, 0, 1, 4]]),
        cat(&[&[101], &NODE, &[0, 0, 0, 1, 4]]),
        cat(&[&[90, 0, 6], &NODE, &[0; 28]]),
        // The node is an atom; so are the names of a fun; its arity is a byte.
        vec![88, 97, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3],
        vec![113, 97, 1, 119, 1, b'f', 97, 1],
        vec![113, 119, 1, b'm', 119, 1, b'f', 98, 0, 0, 1, 0],
        vec![113, 119, 1, b'm', 119, 1, b'f', 98, 255, 255, 255, 255],
        // A compressed or a local term inside another one.
        vec![104, 1, 80, 0, 0, 0, 0],
        vec![104, 1, 121, 1],
        // The creator of a fun is a pid.
        cat(&[&[112, 0, 0, 0, 0, 2], &[7; 16], &[0, 0, 0, 5, 0, 0, 0, 0, 119, 1, b'm', 97, 4, 97, 5, 97, 6]]),
        vec![117, 0, 0, 0, 0, 97, 1, 119, 1, b'm', 97, 4, 97, 5],
    ];
    for body in cases {
        refused(&body);
    }
    for text in ["1", "1e5", "1.", ".5", "1.1e", "inf", "nan", " 1.0", "1.0 ", "1.0e400", "1.5abc", "", "+-1.0"] {
        let body = cat(&[&[99], text.as_bytes(), &vec![0; 31 - text.len()]]);
        assert_eq!(refused(&body), ErrorKind::BadText { what: "a float" }, "{text}");
    }
    assert!(matches!(decode(&[130, 106]).unwrap_err().kind, ErrorKind::BadMagic { .. }));
    assert!(matches!(refused(&[106, 0]), ErrorKind::TrailingBytes { count: 1, .. }));
    assert_eq!(decode_prefix(&[131, 106, 0]), Ok((Term::Nil, 2)));
}

#[test]
fn bad_terms_are_not_written() {
    let cases = [
        Term::atom(&"a".repeat(256)),
        Term::Float(f64::NAN),
        Term::Float(f64::INFINITY),
        Term::Bitstring { bytes: vec![1], bits: 9 },
        Term::Bitstring { bytes: vec![1, 2], bits: 8 },
        Term::Reference { node: node(), creation: 0, ids: vec![0; 6] },
        Term::tuple(vec![Term::LocalExt(vec![])]),
        Term::Fun(Box::new(FunTerm { creator: Term::Nil, ..fun() })),
        Term::Fun(Box::new(FunTerm { old_uniq: 1 << 32, ..fun() })),
    ];
    for term in cases {
        assert!(encode(&term, &EncodeOptions::default()).is_err(), "{term}");
    }
    let options = EncodeOptions { minor_version: 3, ..EncodeOptions::default() };
    assert!(encode(&Term::Nil, &options).is_err());
    let options = EncodeOptions { compressed: Some(10), ..EncodeOptions::default() };
    assert!(encode(&Term::Nil, &options).is_err());
}

#[test]
fn options_choose_the_form() {
    let old = EncodeOptions { utf8_atoms: false, minor_version: 0, ..EncodeOptions::default() };
    assert_eq!(encode(&Term::atom("é"), &old).unwrap(), [131, 100, 0, 1, 0xe9]);
    assert_eq!(encode(&Term::atom("ж"), &old).unwrap(), [131, 119, 2, 0xd0, 0xb6]);
    let float = encode(&Term::Float(-1e-300), &old).unwrap();
    assert_eq!(&float[1..], b"c-1.00000000000000002506e-300\0\0\0");
    let float = encode(&Term::Float(1.5), &old).unwrap();
    assert_eq!(&float[1..], b"c1.50000000000000000000e+00\0\0\0\0\0");
    let port = Term::Port { node: node(), id: 7, creation: 0 };
    assert_eq!(encode(&port, &old).unwrap()[1], tag::NEW_PORT);

    let map = Term::Map(
        [Term::atom("z"), Term::Float(0.5), Term::Integer(1), Term::Float(-3.0), big("-9223372036854775809")]
            .into_iter()
            .map(|key| (key, Term::Nil))
            .collect(),
    );
    let deterministic = EncodeOptions { deterministic: true, ..EncodeOptions::default() };
    let sorted = decode(&encode(&map, &deterministic).unwrap()).unwrap();
    assert_eq!(sorted.to_string(), "#{-9223372036854775809 => [],1 => [],-3.0 => [],0.5 => [],z => []}");
    assert_eq!(sorted, map);
}

#[test]
fn compressed_terms() {
    let options = EncodeOptions { compressed: Some(6), ..EncodeOptions::default() };
    let term = Term::list(vec![Term::atom("again"); 5000]);
    let bytes = encode(&term, &options).unwrap();
    assert_eq!(&bytes[..2], [VERSION, tag::COMPRESSED]);
    assert_eq!(decode(&bytes).unwrap(), term);
    let mut atoms = Names::default();
    assert_eq!(visit(&bytes, &mut atoms), Ok(bytes.len()));
    assert_eq!(atoms.0.len(), 5000);
    let longer = [&bytes[..], &[1, 2]].concat();
    assert_eq!(decode_prefix(&longer), Ok((term, bytes.len())));
    assert_eq!(visit(&longer, &mut ()), Ok(bytes.len()));
    assert!(decode(&longer).is_err());
    // What does not become shorter stays as it is.
    assert_eq!(encode(&Term::atom("short"), &options).unwrap(), write(&Term::atom("short")));
    // A wrong size, either way.
    for wrong in [-1, 1] {
        let mut bad = bytes.clone();
        bad[5] = bad[5].wrapping_add_signed(wrong);
        assert!(decode(&bad).is_err() && visit(&bad, &mut ()).is_err());
    }
    // A size that nothing of this length inflates to is refused before memory is taken.
    let huge = refused(&[80, 255, 255, 255, 255, 1, 2, 3]);
    assert!(matches!(huge, ErrorKind::TooLarge { .. }));
    // Bytes after the term inside the compressed part.
    let inner = miniz_oxide::deflate::compress_to_vec_zlib(&[106, 0], 6);
    refused(&cat(&[&[80, 0, 0, 0, 2], &inner]));
}

#[derive(Default)]
struct Names(Vec<String>);

impl Visitor for Names {
    fn atom(&mut self, name: &str) {
        self.0.push(name.into());
    }

    fn export(&mut self, module: &str, function: &str, arity: u8) {
        self.0.push(format!("{module}:{function}/{arity}"));
    }
}

#[test]
fn the_visitor_is_told_names_in_order() {
    let term = Term::tuple(vec![
        Term::atom("é"),
        Term::Map(vec![(Term::atom("k"), Term::list(vec![Term::atom("v")]))]),
        Term::ExportFun { module: "m".into(), function: "f".into(), arity: 1 },
        creator(),
        Term::Fun(Box::new(FunTerm { free: vec![Term::atom("free")], ..fun() })),
    ]);
    for utf8_atoms in [true, false] {
        let bytes = encode(&term, &EncodeOptions { utf8_atoms, ..EncodeOptions::default() }).unwrap();
        let mut names = Names::default();
        assert_eq!(visit(&bytes, &mut names), Ok(bytes.len()));
        assert_eq!(names.0, ["é", "k", "v", "m:f/1", "a@b", "m", "a@b", "free"]);
    }
}

#[test]
fn text_is_that_of_otp() {
    let atoms = [
        ("a", "a"),
        ("aB_9@", "aB_9@"),
        ("", "''"),
        ("A", "'A'"),
        ("_", "'_'"),
        ("9", "'9'"),
        ("a b", "'a b'"),
        ("after", "'after'"),
        ("xor", "'xor'"),
        ("maybe", "'maybe'"),
        ("afters", "afters"),
        ("it's \\", "'it\\'s \\\\'"),
        ("\n\r\t\u{b}\u{8}\u{c}\u{1b}\u{7f}\0\u{9f}", "'\\n\\r\\t\\v\\b\\f\\e\\d\\000\\237'"),
        ("éÀ", "éÀ"),
        ("À", "'À'"),
        ("÷", "'÷'"),
        ("a×", "'a×'"),
        ("ÿ", "ÿ"),
        ("aж€", "'a\\x{436}\\x{20AC}'"),
    ];
    for (name, text) in atoms {
        assert_eq!(Term::atom(name).to_string(), text);
    }
    let floats = [
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (0.1, "0.1"),
        (100.0, "100.0"),
        (1000.0, "1.0e3"),
        (123_456_789.0, "123456789.0"),
        (9_007_199_254_740_991.0, "9007199254740991.0"),
        (9_007_199_254_740_992.0, "9.007199254740992e15"),
        (0.0001, "0.0001"),
        (0.00001, "1.0e-5"),
        (1.234e-5, "1.234e-5"),
        (5e-324, "5.0e-324"),
        (1.2e10, "1.2e10"),
        (-1e-10, "-1.0e-10"),
        (12.345_678, "12.345678"),
    ];
    for (value, text) in floats {
        assert_eq!(Term::Float(value).to_string(), text);
    }
    let local = |id, creation| Term::Pid { node: "nonode@nohost".into(), id, serial: 0, creation };
    let export =
        |module: &str, function: &str| Term::ExportFun { module: module.into(), function: function.into(), arity: 2 };
    let terms = [
        (Term::Nil, "[]"),
        (Term::tuple(vec![]), "{}"),
        (Term::Map(vec![]), "#{}"),
        (Term::binary(b""), "<<>>"),
        (Term::Bitstring { bytes: vec![1, 2, 0x60], bits: 19 }, "<<1,2,3:3>>"),
        (Term::string("ab"), "[97,98]"),
        (Term::List { elements: vec![Term::Nil, Term::Nil], tail: Box::new(Term::atom("t")) }, "[[],[]|t]"),
        (
            Term::Map(vec![(Term::Integer(1), Term::tuple(vec![Term::Nil, Term::Nil])), (Term::Nil, Term::Nil)]),
            "#{1 => {[],[]},[] => []}",
        ),
        (local(9, 0), "<0.9.0>"),
        (creator(), "<a@b.1.2>"),
        (Term::Reference { node: "nonode@nohost".into(), creation: 0, ids: vec![1, 2, 3] }, "#Ref<0.3.2.1>"),
        (Term::Port { node: "nonode@nohost".into(), id: 5, creation: 0 }, "#Port<0.5>"),
        (export("erlang", "+"), "fun erlang:'+'/2"),
        (export("and", "a\u{1b}"), "fun and:'a\\033'/2"),
        (Term::Fun(Box::new(fun())), "#Fun<m.4.4294967295>"),
        (big("-123456789012345678901234567890"), "-123456789012345678901234567890"),
    ];
    for (term, text) in terms {
        assert_eq!(term.to_string(), text);
        assert_eq!(format!("{term:?}"), text);
    }
}

#[test]
fn equality_is_exact() {
    assert_ne!(Term::Integer(1), Term::Float(1.0));
    assert_ne!(Term::Float(0.0), Term::Float(-0.0));
    assert_ne!(Term::binary(&[0]), Term::Bitstring { bytes: vec![0], bits: 7 });
    let pair = |a: Term, b: Term| (a, b);
    let map = |pairs: &[i64]| Term::Map(pairs.iter().map(|&k| pair(Term::Integer(k), Term::Integer(-k))).collect());
    assert_eq!(map(&[1, 2, 3]), map(&[3, 1, 2]));
    assert_ne!(map(&[1, 2, 3]), map(&[1, 2, 4]));
    assert_ne!(map(&[1, 2, 3]), map(&[1, 2]));
    // Maps inside keys of maps, in another order.
    let nested = |a: &[i64], b: &[i64]| Term::Map(vec![(map(a), Term::Nil), (map(b), Term::atom("x"))]);
    assert_eq!(nested(&[1, 2], &[4, 3]), Term::Map(vec![(map(&[3, 4]), Term::atom("x")), (map(&[2, 1]), Term::Nil)]));
    assert_ne!(nested(&[1, 2], &[4, 3]), nested(&[4, 3], &[1, 2]));
    let improper = |tail| Term::List { elements: vec![Term::Integer(1)], tail: Box::new(tail) };
    assert_ne!(improper(Term::Integer(2)), Term::list(vec![Term::Integer(1), Term::Integer(2)]));
    assert_ne!(improper(Term::Integer(2)), improper(Term::Integer(3)));
}

#[test]
fn damage_never_panics() {
    for (_, body) in canonical() {
        let bytes = with_version(&body);
        for end in 0..bytes.len() {
            let cut = &bytes[..end];
            // A local term takes whatever is there.
            let whole = end > 1 && body[0] == tag::LOCAL;
            assert_eq!(decode(cut).is_ok(), whole);
            assert_eq!(visit(cut, &mut ()).is_ok(), whole);
        }
        for at in 0..bytes.len().min(80) {
            for flip in [1, 0x80, 0xff, 0x0f] {
                let mut bad = bytes.clone();
                bad[at] ^= flip;
                agree(&bad);
            }
        }
    }
}

/// `visit` and `decode_prefix` accept the same, and what is accepted goes through everything else.
fn agree(bytes: &[u8]) {
    let decoded = decode_prefix(bytes);
    let visited = visit(bytes, &mut ());
    match (&decoded, &visited) {
        (Ok((term, used)), Ok(visited)) => {
            assert_eq!(used, visited);
            let again = write(term);
            assert_eq!(&decode(&again).unwrap(), term);
            assert!(!term.to_string().is_empty());
        }
        (Err(a), Err(b)) => assert_eq!(a, b),
        _ => panic!("decode_prefix: {decoded:?}, visit: {visited:?}"),
    }
}

#[test]
fn depth_is_no_matter() {
    const DEPTH: usize = 1_000_000;
    let shapes: [(&[u8], &[u8]); 6] = [
        (&[108, 0, 0, 0, 1], &[106]),
        (&[104, 1], &[]),
        (&[105, 0, 0, 0, 1], &[]),
        (&[116, 0, 0, 0, 1, 97, 1], &[]),
        (&[116, 0, 0, 0, 1], &[97, 1]),
        // A list in the tail of a list.
        (&[108, 0, 0, 0, 1, 97, 0], &[]),
    ];
    for (open, close) in shapes {
        let bytes = cat(&[&[VERSION], &open.repeat(DEPTH), &[106], &close.repeat(DEPTH)]);
        assert_eq!(visit(&bytes, &mut ()), Ok(bytes.len()));
        let term = decode(&bytes).unwrap();
        let copy = term.clone();
        assert!(copy == term);
        assert_eq!(decode(&write(&copy)).unwrap(), term);
        assert!(term.to_string().len() > DEPTH);
        let deterministic = EncodeOptions { deterministic: true, ..EncodeOptions::default() };
        assert_eq!(encode(&term, &deterministic).unwrap(), write(&term));
        // Cut short: what was built so far must be freed as well.
        assert!(decode(&bytes[..DEPTH]).is_err());
        drop(copy);
    }
}

#[test]
fn nested_maps_of_two_keys() {
    // Each map is a key of the next one, with another key beside it.
    const DEPTH: usize = 200_000;
    let bytes = cat(&[&[VERSION], &[116, 0, 0, 0, 2].repeat(DEPTH), &[106], &[97, 1, 97, 2, 97, 3].repeat(DEPTH)]);
    let term = decode(&bytes).unwrap();
    assert_eq!(visit(&bytes, &mut ()), Ok(bytes.len()));
    assert_eq!(term.clone(), term);
}

#[test]
fn announced_lengths_take_no_memory() {
    // Nested tuples that each announce as many elements as bytes are left: refused at the second one.
    let mut bytes = vec![VERSION];
    let total = 5_000_000_u32;
    while (bytes.len() as u32) < total {
        bytes.push(tag::LARGE_TUPLE);
        bytes.extend((total.saturating_sub(bytes.len() as u32 + 4)).to_be_bytes());
    }
    assert!(matches!(decode(&bytes).unwrap_err().kind, ErrorKind::Truncated { .. }));
}

fn atom_name() -> impl Strategy<Value = Box<str>> {
    prop_oneof![
        "[a-z][a-zA-Z0-9_@]{0,10}".prop_map(String::into_boxed_str),
        proptest::collection::vec(any::<char>(), 0..256)
            .prop_map(|characters| characters.into_iter().collect::<String>().into_boxed_str()),
    ]
}

fn leaf() -> impl Strategy<Value = Term> {
    let node = atom_name;
    prop_oneof![
        atom_name().prop_map(Term::Atom),
        any::<i64>().prop_map(Term::Integer),
        (0..63_u32, any::<i64>()).prop_map(|(shift, value)| Term::Integer(value >> shift)),
        (any::<bool>(), proptest::collection::vec(any::<u8>(), 0..400)).prop_map(|(negative, mut bytes)| {
            bytes.resize(bytes.len().max(9), 1);
            *bytes.last_mut().unwrap() |= 1;
            let sign = if negative { num_bigint::Sign::Minus } else { num_bigint::Sign::Plus };
            Term::BigInteger(BigInt::from_bytes_le(sign, &bytes))
        }),
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Term::Float),
        (proptest::collection::vec(any::<u8>(), 1..40), 1..=8_usize).prop_map(|(mut bytes, last)| {
            *bytes.last_mut().unwrap() &= 0xff << (8 - last);
            let bits = bytes.len() * 8 - 8 + last;
            Term::Bitstring { bytes, bits }
        }),
        Just(Term::Nil),
        ".{0,40}".prop_map(|text| Term::string(&text)),
        (node(), any::<[u32; 3]>()).prop_map(|(node, [id, serial, creation])| Term::Pid { node, id, serial, creation }),
        (node(), any::<u64>(), any::<u32>()).prop_map(|(node, id, creation)| Term::Port { node, id, creation }),
        (node(), any::<u32>(), proptest::collection::vec(any::<u32>(), 0..=5))
            .prop_map(|(node, creation, ids)| Term::Reference { node, creation, ids }),
        (node(), node(), any::<u8>()).prop_map(|(module, function, arity)| Term::ExportFun { module, function, arity }),
    ]
}

fn any_term() -> impl Strategy<Value = Term> {
    leaf().prop_recursive(6, 200, 12, |inner| {
        let several = || proptest::collection::vec(inner.clone(), 0..12);
        prop_oneof![
            several().prop_map(Term::Tuple),
            several().prop_map(Term::list),
            (proptest::collection::vec(inner.clone(), 1..12), leaf())
                .prop_filter("tail", |(_, tail)| !matches!(tail, Term::List { .. }))
                .prop_map(|(elements, tail)| Term::List { elements, tail: Box::new(tail) }),
            proptest::collection::vec((inner.clone(), inner.clone()), 0..6).prop_map(|pairs| {
                let mut distinct: Vec<(Term, Term)> = Vec::new();
                for (key, value) in pairs {
                    if distinct.iter().all(|(other, _)| *other != key) {
                        distinct.push((key, value));
                    }
                }
                Term::Map(distinct)
            }),
            (several(), atom_name(), any::<i32>(), any::<u32>()).prop_map(|(free, module, old_index, old_uniq)| {
                let (old_index, old_uniq) = (i64::from(old_index), i64::from(old_uniq));
                Term::Fun(Box::new(FunTerm { free, module, old_index, old_uniq, ..fun() }))
            }),
        ]
    })
}

fn any_options() -> impl Strategy<Value = EncodeOptions> {
    (proptest::option::of(0..=9_u8), 0..=2_u8, any::<bool>(), any::<bool>()).prop_map(
        |(compressed, minor_version, deterministic, utf8_atoms)| EncodeOptions {
            compressed,
            minor_version,
            deterministic,
            utf8_atoms,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn round_trip(term in any_term(), options in any_options()) {
        let bytes = encode(&term, &options).unwrap();
        let back = decode(&bytes).unwrap();
        prop_assert_eq!(&back, &term);
        prop_assert_eq!(&back.clone(), &term);
        prop_assert_eq!(encode(&back, &options).unwrap(), bytes.clone());
        prop_assert_eq!(visit(&bytes, &mut ()), Ok(bytes.len()));
    }

    #[test]
    fn the_order_of_pairs_is_no_matter(term in any_term(), other in any_term()) {
        let options = EncodeOptions { deterministic: true, ..EncodeOptions::default() };
        let bytes = encode(&term, &options).unwrap();
        let sorted = decode(&bytes).unwrap();
        prop_assert_eq!(&sorted, &term);
        let (mut pair, mut swapped) = (vec![(term, other)], vec![]);
        swapped.extend(pair.iter().map(|(key, value)| (value.clone(), key.clone())));
        let same = pair[0].0 == pair[0].1;
        if same {
            return Ok(());
        }
        pair.append(&mut swapped.clone());
        swapped.push(pair[0].clone());
        let (one, two) = (Term::Map(pair), Term::Map(swapped));
        prop_assert_eq!(&one, &two);
        prop_assert_eq!(encode(&one, &options).unwrap(), encode(&two, &options).unwrap());
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(prop_oneof![69..122_u8, 0..8_u8, any::<u8>()], 0..60)) {
        agree(&with_version(&bytes));
    }

    #[test]
    fn damaged_terms(term in any_term(), at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut bytes = write(&term);
        let at = at.index(bytes.len());
        bytes[at] = value;
        agree(&bytes);
    }
}

//! Checks the bytes of a term and tells the atoms in it, without building terms.

use super::decode::{Pending, Start, start};
use super::token::{self, Token};
use super::{compressed, decode_prefix};
use crate::reader::{Reader, Result};

/// Is told what [`visit`] finds.
pub trait Visitor {
    /// An atom, in UTF-8 whatever its form. The node names of pids, ports and references and the module of a fun with
    /// an environment are atoms too; the names in a `fun m:f/a` are not told here.
    fn atom(&mut self, _name: &str) {}

    /// A map with this many keys; they and their values come next.
    fn map(&mut self, _keys: usize) {}

    /// A `fun module:function/arity`.
    fn export(&mut self, _module: &str, _function: &str, _arity: u8) {}
}

/// Nobody listens: for a check only.
impl Visitor for () {}

/// Walks the term at the start of `bytes` (after the version byte 131), and gives the bytes used with that byte.
/// It accepts exactly what [`decode_prefix`] accepts. The visitor may have been called before an error is found.
///
/// Memory is taken only for compressed terms, for Latin-1 atoms beyond ASCII, and for a term with a map of two keys or
/// more, which is decoded to find a key that is there twice.
///
/// # Errors
/// As [`decode_prefix`].
pub fn visit(bytes: &[u8], visitor: &mut impl Visitor) -> Result<usize> {
    let mut reader = Reader::new(bytes);
    let mut after = match start(&mut reader)? {
        Start::Plain => {
            if walk(&mut reader, visitor)? {
                decode_prefix(bytes)?;
            }
            return Ok(reader.offset());
        }
        Start::Local(_) => return Ok(reader.offset()),
        Start::Compressed(after) => after,
    };
    let inflated = compressed::read(&mut after)?;
    let mut inner = Reader::new(&inflated);
    if walk(&mut inner, visitor)? {
        decode_prefix(bytes)?;
    }
    inner.finish("a compressed term")?;
    Ok(after.offset())
}

/// Gives whether a map of two keys or more is inside.
fn walk(reader: &mut Reader<'_>, visitor: &mut impl Visitor) -> Result<bool> {
    let mut pending = Pending::one();
    let mut has_map = false;
    while !pending.is_none() {
        let token = token::read(reader)?;
        pending.replace_one(token.parts(), reader)?;
        match token {
            Token::Atom(name) => visitor.atom(&name),
            Token::Export { module, function, arity } => visitor.export(&module, &function, arity),
            Token::Map(count) => {
                visitor.map(count);
                has_map |= count > 1;
            }
            Token::Pid(pid) => visitor.atom(&pid.node),
            Token::Port { node, .. } | Token::Reference { node, .. } => visitor.atom(&node),
            Token::Fun { module, creator, .. } | Token::OldFun { module, creator, .. } => {
                visitor.atom(&module);
                visitor.atom(&creator.node);
            }
            _ => {}
        }
    }
    Ok(has_map)
}

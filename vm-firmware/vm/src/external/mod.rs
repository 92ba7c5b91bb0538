//! The external term format, straight between bytes and the terms of a heap: `binary_to_term` and `term_to_binary`.
//!
//! The bytes that are written are those of OTP 25. Nothing recurses over a term, and no length in the bytes is believed
//! before the bytes behind it are seen.

pub mod decode;
#[cfg(any(test, not(feature = "zlib")))]
mod deflate;
pub mod encode;

pub use decode::{DecodeOptions, Failure, Target, decode};

pub use encode::{EncodeOptions, encode};

/// What stands behind [`tag::LOCAL`](emberl_format::etf::tag::LOCAL) before the term: OTP puts a hash there that only the
/// same node can check.
const LOCAL_MARK: [u8; 8] = *b"emberl\0\x01";

#[cfg(test)]
pub(crate) mod tests {
    use alloc::vec::Vec;

    use super::*;
    use alloc::boxed::Box;

    use crate::heap::Heap;
    use crate::memory::Budget;
    use crate::platform::{Platform, Stream};
    use crate::shared::Shared;
    use crate::term::Term;

    /// A machine that does nothing.
    pub(crate) struct Nothing;

    impl Platform for Nothing {
        fn write(&mut self, _: Stream, _: &[u8]) {}

        fn monotonic(&mut self) -> u64 {
            0
        }

        fn system_time(&mut self) -> u64 {
            0
        }

        fn random(&mut self, _: &mut [u8]) {}
    }

    struct World {
        heap: Heap,
        shared: Shared,
    }

    impl World {
        fn new(limit: usize) -> Self {
            let heap = Heap::new(Budget::new(limit), 0);
            Self { heap, shared: Shared::new(Box::new(Nothing), Budget::new(usize::MAX)).unwrap() }
        }

        fn decode(&mut self, bytes: &[u8], safe: bool) -> Result<(Term, usize), Failure> {
            let Self { heap, shared } = self;
            decode(Target { heap, shared }, bytes, DecodeOptions { safe, literal: false })
        }

        fn encode(&self, term: Term, options: EncodeOptions) -> Vec<u8> {
            let (store, code) = (self.shared.store(&self.heap), &self.shared.code);
            let bytes = encode(store, code, term, options, &self.shared.budget).unwrap();
            let counted = encode::size(store, code, term, options, &self.shared.budget).unwrap();
            assert!(options.compressed != 0 || counted == bytes.len());
            bytes
        }
    }

    /// What OTP 25 writes is read, and written again with the same bytes.
    #[test]
    fn terms_go_both_ways() {
        let node: &[u8] = b"\x64\0\x0dnonode@nohost";
        let terms: &[&[u8]] = &[
            b"\x61\xff",
            b"\x62\0\0\x01\0",
            b"\x62\xff\xff\xff\xff",
            b"\x62\x80\0\0\0",
            b"\x6e\x04\0\0\0\0\x80",
            b"\x6e\x09\0\0\0\0\0\0\0\0\0\x01",
            b"\x6e\x08\x01\x01\0\0\0\0\0\0\x80",
            b"\x46\x3f\xf8\0\0\0\0\0\0",
            b"\x64\0\x03foo",
            b"\x64\0\x01\xe9",
            b"\x77\x02\xce\xb1",
            b"\x6a",
            b"\x6b\0\x02\x01\x02",
            b"\x6c\0\0\0\x01\x61\x01\x61\x02",
            b"\x6c\0\0\0\x03\x61\x01\x61\x02\x62\0\0\x01\x2c\x6a",
            b"\x68\0",
            b"\x68\x02\x68\x01\x6a\x6c\0\0\0\x01\x68\0\x6a",
            b"\x74\0\0\0\0",
            b"\x74\0\0\0\x02\x64\0\x01a\x61\x01\x64\0\x01b\x74\0\0\0\x01\x61\x01\x61\x02",
            b"\x6d\0\0\0\x02hi",
            b"\x4d\0\0\0\x01\x03\xe0",
            &[b"\x58", node, b"\0\0\0\x05\0\0\0\0\0\0\0\0"].concat(),
            &[b"\x58", node, b"\0\0\0\x05\0\0\0\x01\0\0\0\0"].concat(),
            &[b"\x5a\0\x03", node, b"\0\0\0\0\0\0\x33\xcd\xbd\xec\0\x01\x24\x9a\x8e\x65"].concat(),
            &[b"\x59", node, b"\0\0\0\x05\0\0\0\0"].concat(),
            &[b"\x78", node, b"\0\0\0\x01\0\0\0\x05\0\0\0\0"].concat(),
            b"\x58\x64\0\x03a@b\0\0\0\x05\0\0\0\x01\0\0\0\x07",
            b"\x5a\0\x02\x64\0\x03a@b\0\0\0\x07\0\0\0\x01\0\0\0\x02",
            b"\x78\x64\0\x03a@b\xff\0\0\0\0\0\0\x05\0\0\0\x07",
            b"\x71\x64\0\x05lists\x64\0\x03map\x61\x02",
            &[
                b"\x70\0\0\0\x44\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\x01\x64\0\x02q1\x61\x02\x61\x09\x58",
                node,
                b"\0\0\0\x09\0\0\0\0\0\0\0\0\x6a",
            ]
            .concat(),
        ];
        let mut world = World::new(usize::MAX);
        for body in terms {
            let bytes = [b"\x83", *body].concat();
            let (term, used) = world.decode(&bytes, false).unwrap();
            assert_eq!(used, bytes.len());
            assert_eq!(world.encode(term, EncodeOptions::default()), bytes, "{body:?}");
            let mark = world.heap.words.len();
            for end in 0..bytes.len() {
                assert_eq!(world.decode(&bytes[..end], false), Err(Failure::Bad), "{body:?} to {end}");
                assert_eq!(world.heap.words.len(), mark);
            }
        }
    }

    #[test]
    fn what_otp_refuses() {
        let mut world = World::new(usize::MAX);
        let refused: &[&[u8]] = &[
            b"",
            b"\x82\x6a",
            b"\x83",
            b"\x83\x74\0\0\0\x02\x61\x01\x61\x02\x61\x01\x61\x03",
            b"\x83\x4d\0\0\0\x01\0\xff",
            b"\x83\x4d\0\0\0\0\x03",
            b"\x83\x77\x01\xe9",
            b"\x83\x69\x01\0\0\0\x6a",
            b"\x83\x6c\xff\xff\xff\xff\x6a",
            b"\x83\x5a\0\0\x77\x0dnonode@nohost\0\0\0\0",
            b"\x83\x5a\0\x01\x77\x0dnonode@nohost\0\0\0\0\0\x0f\xff\xff",
            b"\x83\x75\0\0\0\0\x58\x77\x01a\0\0\0\x05\0\0\0\0\0\0\0\0\x77\x01a\x61\x01\x61\x01",
        ];
        for bytes in refused {
            assert_eq!(world.decode(bytes, false), Err(Failure::Bad), "{bytes:?}");
            assert_eq!(world.heap.words.len(), 0);
        }
        assert_eq!(world.decode(b"\x83\x77\x06blabla", true), Err(Failure::Bad));
        assert!(world.decode(b"\x83\x77\x05lists", true).is_ok());
        assert_eq!(world.decode(b"\x83\x71\x77\x05lists\x77\x05false\x61\x02", true), Err(Failure::Bad));
        // Odd, but OTP takes it.
        assert_eq!(world.decode(b"\x83\x6c\0\0\0\0\x61\x03", false), Ok((Term::tiny(3), 8)));
        assert_eq!(world.decode(b"\x83\x61\x01\x02\x03", false), Ok((Term::tiny(1), 3)));
        assert_eq!(world.decode(b"\x83\x6f\0\0\0\x03\0\0\0\0", false), Ok((Term::tiny(0), 10)));
    }

    #[test]
    fn options_of_writing() {
        let mut world = World::new(usize::MAX);
        let (term, _) = world.decode(b"\x83\x68\x02\x46\x3f\xf8\0\0\0\0\0\0\x77\x03foo", false).unwrap();
        let minor = |minor_version| EncodeOptions { minor_version, ..EncodeOptions::default() };
        assert_eq!(world.encode(term, minor(0)), b"\x83\x68\x02\x631.50000000000000000000e+00\0\0\0\0\0\x64\0\x03foo");
        assert_eq!(world.encode(term, minor(2)), b"\x83\x68\x02\x46\x3f\xf8\0\0\0\0\0\0\x77\x03foo");
        let local = world.encode(term, EncodeOptions { local: true, ..EncodeOptions::default() });
        let (again, used) = world.decode(&local, false).unwrap();
        assert_eq!(used, local.len());
        assert_eq!(world.encode(again, minor(1)), world.encode(term, minor(1)));
        // OTP's zlib:compress(<<97,1>>).
        let inflated = [131, 80, 0, 0, 0, 2, 120, 156, 75, 100, 4, 0, 0, 197, 0, 99, 0];
        assert_eq!(world.decode(&inflated, false), Ok((Term::tiny(1), 16)));
        let mut wrong = inflated;
        wrong[5] = 3;
        assert_eq!(world.decode(&wrong, false), Err(Failure::Bad));
        wrong[5] = 1;
        assert_eq!(world.decode(&wrong, false), Err(Failure::Bad));
        let text = [b"\x83\x6d\0\0\x10\0".to_vec(), alloc::vec![7; 4096]].concat();
        let (term, _) = world.decode(&text, false).unwrap();
        let small = world.encode(term, EncodeOptions { compressed: 6, ..EncodeOptions::default() });
        assert!(small.len() < 100);
        let (again, _) = world.decode(&small, false).unwrap();
        assert_eq!(world.encode(again, minor(1)), text);
    }

    #[test]
    fn deep_terms_need_no_stack_and_little_memory_is_enough_to_fail() {
        let mut deep = alloc::vec![131];
        for _ in 0..100_000 {
            deep.extend_from_slice(b"\x68\x01\x6c\0\0\0\x01");
        }
        // The innermost, and the tail of each list.
        deep.resize(deep.len() + 100_001, 106);
        let mut world = World::new(usize::MAX);
        let (term, used) = world.decode(&deep, false).unwrap();
        assert_eq!(used, deep.len());
        assert_eq!(world.encode(term, EncodeOptions::default()), deep);
        assert_eq!(World::new(10_000).decode(&deep, false), Err(Failure::NoMemory));
    }
}

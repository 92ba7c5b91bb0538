//! Broken datagrams.

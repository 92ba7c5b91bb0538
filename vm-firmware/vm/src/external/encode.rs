//! Terms to bytes.

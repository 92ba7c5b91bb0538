//! What the integration tests of Emberl share.

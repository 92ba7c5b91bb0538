//! TLS as a state machine over bytes: what comes from the wire is put in, what is for the wire is taken out, nothing waits.
//! Owns sessions and the contexts they are made by; the engine below is MbedTLS on devices and rustls on the desktop.
#![no_std]

//! Streaming kernel for peripheral circulation.

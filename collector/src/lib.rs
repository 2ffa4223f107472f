//! The collector: one server, one command line.

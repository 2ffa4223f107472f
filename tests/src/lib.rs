//! Stories: real processes, seen from outside.

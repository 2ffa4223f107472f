//! Mail: what is said in it, and the ways by which it leaves the house.

pub mod settings;

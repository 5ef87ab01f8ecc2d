//! The recover function.

//! `hagukumi scheme`: check a scheme file, quote a case.

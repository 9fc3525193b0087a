//! Role × endpoint × owner: every operation of a document asked by nobody, by the wrong kind of credential, by every role, and by whoever owns something
//! else. What they are answered is a table in `docs/access/`; an endpoint without a row fails the test.

mod merchant;
mod ops;

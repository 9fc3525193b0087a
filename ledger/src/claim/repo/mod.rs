//! All SQL of claims. Their money stands in the books; texts and files arrive here sealed.

pub(super) mod evidence;
pub(super) mod life;
pub(super) mod money;
pub(super) mod proof;
pub(super) mod steps;

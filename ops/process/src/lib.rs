//! One running process: the ledger fitted to the merchants' Till, the porter before it, the jobs, and the routes of the faces.

pub mod app;
pub mod jobs;
pub mod porter;
pub mod serve;
pub mod till;

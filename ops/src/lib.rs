//! The city's back office: finance console, monthly jobs, importers; it fits the ledger to the merchants' Till.

pub mod app;
pub mod bench;
pub mod cli;
pub mod config;
pub mod console;
pub mod database;
pub mod demo;
pub mod embedded;
pub mod jobs;
pub mod key_file;
pub mod porter;
pub mod print;
pub mod rehearse;
pub mod serve;
pub mod till;

//! Merchants cannot tell who pays: what they see over HTTP and with a stolen login, what is written on their clock, what others see of a phone, the line
//! by which their face stands apart, and how much the mere fact of paying by code says.

mod alone;
mod attacker;
mod cover;
mod due;
mod line;
mod porter;
mod reservations;
mod role;
mod screens;
mod shape;
mod two_worlds;

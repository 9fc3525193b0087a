//! what the faces share

//! merchants' face

//! families' face

//! Nothing: the examples of this package stand beside this file, each by itself.

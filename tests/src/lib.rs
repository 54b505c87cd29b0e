//! Laws that every derivative obeys, to call on your own functions.

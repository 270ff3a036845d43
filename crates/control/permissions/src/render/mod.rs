//! What is made of the table and checked in.

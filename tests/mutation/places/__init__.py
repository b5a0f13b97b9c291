"""The mutations, by the part of the code that they change."""

"""Seeded mutations of the source, and the tests that catch them."""

"""Datasets as others distribute them: read, split, packed into the prepared form."""

"""Trained networks: what translates, and the files that it is read from."""

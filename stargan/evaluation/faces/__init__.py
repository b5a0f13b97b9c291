"""Faces in photographs: found, aligned as a dataset's are, put back, and told apart. Finding needs the faces extra."""

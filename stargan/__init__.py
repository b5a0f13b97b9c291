"""StarGAN: the paper in code."""

"""How networks are trained: losses, methods, the loop, checkpoints."""

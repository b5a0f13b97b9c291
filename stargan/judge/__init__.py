"""The classifier that judges translations: its network, its training, its error rates."""

"""What evaluate and the stages after it read of translations: the images, and how each was judged."""

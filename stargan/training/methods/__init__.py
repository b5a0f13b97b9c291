"""Translation methods, as steps that yield updates."""

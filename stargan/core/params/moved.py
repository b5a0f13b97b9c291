"""Where the keys of version 0.1 stand now."""

MOVED = {
    "data": "datasets.<name>, and image_size",
    "baselines": "runs, beside StarGAN's, with the same keys",
    "layout": "form: rafd or folders",
    "sample_every": "bookkeeping.sample_every",
    "sample_faces": "bookkeeping.sample_faces",
    "checkpoint_every": "bookkeeping.checkpoint_every",
    "log_every": "bookkeeping.log_every",
}
"""{key, wherever it stood: its new place}; CHANGELOG.md has the table."""

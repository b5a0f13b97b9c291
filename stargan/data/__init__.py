"""Data: raw forms, the prepared form, batches."""

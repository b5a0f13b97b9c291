"""What the history of the code says about the pipeline."""

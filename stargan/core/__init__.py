"""What every stage reads: params, files, tensors in files, metrics."""

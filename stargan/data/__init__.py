"""Prepared datasets: labels, images, batches; crops of pictures and grids of them."""

"""What is measured of pictures, whoever made them."""

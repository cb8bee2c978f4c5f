"""Programs that nearly have what findings tell of, and have it not."""

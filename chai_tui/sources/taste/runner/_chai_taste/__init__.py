"""The child's side of a tasting: imports the function, calls it, and tells how long that took."""

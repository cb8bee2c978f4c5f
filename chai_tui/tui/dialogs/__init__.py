"""Questions and choices."""

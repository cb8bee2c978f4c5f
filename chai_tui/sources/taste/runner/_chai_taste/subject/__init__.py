"""The function that is tasted: finding it, making it ready, calling it, and what it gave."""

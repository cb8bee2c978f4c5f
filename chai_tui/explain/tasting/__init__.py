"""A tasting in words: what it does, what came of it, which engine to use and why; pure."""

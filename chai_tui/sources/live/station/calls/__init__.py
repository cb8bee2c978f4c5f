"""A maker that calls a function of the user's own: finding it, and what it tells meanwhile."""

"""The terminal: what it sends and takes, whose it is, and that it is given back."""

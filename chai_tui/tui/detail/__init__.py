"""One maker, whole."""

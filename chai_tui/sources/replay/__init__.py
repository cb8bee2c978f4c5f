"""A recording as a source: it is read while somebody looks at it."""

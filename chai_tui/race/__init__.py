"""A race of engines on one function: what was measured, and what follows from it. Pure."""

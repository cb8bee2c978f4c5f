"""The source that tastes a function: which engine is the fastest for it, by measurement."""

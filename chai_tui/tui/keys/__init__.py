"""The keys of every screen, in tables."""

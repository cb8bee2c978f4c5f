"""The child's side of a station, and what crosses its pipes. Standard library only."""

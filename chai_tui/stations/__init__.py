"""Stations: the child processes where makers stand, and who looks after them."""

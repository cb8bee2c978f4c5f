"""A program that is not ours, in its own words: what happens, what it does, how it ended; pure."""

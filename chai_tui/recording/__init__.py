"""What happened in a run, kept as it happens: in memory, and in a file that others can read."""

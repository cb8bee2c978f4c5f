"""What all commands have in common: problems, a screen or none, kinds of values, recordings."""

"""The terminal UI; only the command line imports it, inside the command that needs it."""

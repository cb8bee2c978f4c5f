"""The command line, and what it launches."""

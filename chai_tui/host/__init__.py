"""The process and the machine that chai-tui runs on: terminal, signals, limits, cores."""

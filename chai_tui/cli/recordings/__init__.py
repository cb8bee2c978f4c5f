"""The commands that read recordings: replay, export, diff."""

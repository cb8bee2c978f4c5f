"""What changed from one recording to another."""

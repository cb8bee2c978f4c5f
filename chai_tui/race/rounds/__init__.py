"""What the rounds of a tasting gave: its records, and the statistics of them; pure."""

"""What a replay has beside the screens of the run: the bar, and the question where to go."""

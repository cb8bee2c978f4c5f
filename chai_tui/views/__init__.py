"""What shows a run without a screen."""

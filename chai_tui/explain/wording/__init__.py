"""What every sentence here is made of: figures, counts, lists, who is at work at what; pure."""

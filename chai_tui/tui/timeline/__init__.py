"""The timeline: who ran when, and on which core."""

"""Events, ends and engines in words for a person; pure."""

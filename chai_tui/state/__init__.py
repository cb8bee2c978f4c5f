"""The floor: the state of a run, folded from its events, and what follows from it; pure."""

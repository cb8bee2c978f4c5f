"""The race of a tasting on the screen: its lanes on one clock, its table, its verdict."""

"""The makers of the kitchen, as panels, cards or rows."""

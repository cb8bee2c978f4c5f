"""The live source: the kitchen, and the parent's side of its stations."""

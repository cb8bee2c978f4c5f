"""The words that everybody speaks: recipes, engines, events, commands, sources, text."""

"""What all apps of this package have in common: how they watch a source, save and find commands."""

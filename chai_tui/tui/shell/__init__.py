"""What surrounds the screens: shutdown, terminal, signals, patches, pictures."""

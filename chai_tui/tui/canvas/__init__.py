"""What screens are drawn with: styles, lines, figures; it knows no screen."""

"""What a program prints, and what its hooks tell: both come as bytes, and leave as words."""

"""What a program does that its author would want to know, as it shows in its events; pure."""

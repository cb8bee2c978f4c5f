"""What a thread waits for: another one's end, a condition, a queue, a lock, and who has that."""

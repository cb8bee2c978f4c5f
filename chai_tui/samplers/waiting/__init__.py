"""What a thread that sleeps waits for, as Linux tells it."""

"""The lock of an interpreter: who waits for it, and who has it."""

"""Which functions the threads of Python programs are in, and in which line."""

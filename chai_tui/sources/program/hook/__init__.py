"""What a Python program that we start finds first on its path: a hook that tells what it does."""

"""Ends the program that imports it, as a script without a guard does."""

import sys


def work() -> None: ...


sys.exit(4)

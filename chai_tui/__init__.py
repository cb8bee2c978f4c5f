"""chai-tui makes parallel Python visible: real makers on real cores, in a terminal.

Every child process imports this package, so it imports nothing itself.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"

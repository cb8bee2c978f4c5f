"""Programs that cannot be tasted, or not by every engine, one reason each.

No test: ``tests/process/test_taste.py`` names them to ``chai-tui taste``.
"""

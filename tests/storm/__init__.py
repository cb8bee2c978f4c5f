"""Storms: each promise about faults, provoked for real, as long as anybody likes.

``python -m tests.storm`` runs them long; ``tests/process/test_storm_*.py`` run them short.
"""

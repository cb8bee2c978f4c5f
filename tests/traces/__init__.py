"""Traces, read back by Perfetto's own trace processor: ``python -m tests.traces``."""

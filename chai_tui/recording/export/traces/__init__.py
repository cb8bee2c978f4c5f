"""Traces: a run on a line of time, for ui.perfetto.dev and others."""

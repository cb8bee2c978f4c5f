"""The report: one page that asks nobody for anything."""

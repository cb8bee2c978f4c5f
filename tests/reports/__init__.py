"""The report in a real browser; the figures that it promises."""

"""The kitchen's screen: header, cores, makers, log."""

"""The kitchen's processes: started, signalled, heard and reaped. Runs in the parent."""

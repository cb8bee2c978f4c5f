"""The kitchen's processes: started, signalled, heard and reaped, wherever that is. In the parent."""

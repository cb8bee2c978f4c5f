"""How each system is asked for the use of its cores, by whom, and of memory."""

"""Look at cores and makers from outside; each system tells something else."""

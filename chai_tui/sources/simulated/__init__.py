"""The simulated source: any recipe on a machine that does not exist."""

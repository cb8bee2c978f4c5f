"""The commands that look at programs that are not ours: run, watch."""

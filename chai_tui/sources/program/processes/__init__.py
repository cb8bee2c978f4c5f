"""Which processes belong to a program: who came, who went, and how all of them are ended."""

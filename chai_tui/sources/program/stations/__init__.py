"""A program's processes: who came and who went, what they are called, what is sent to them."""

"""Any moment of a recording: what happened until then, the floor as it was, and how it goes on."""

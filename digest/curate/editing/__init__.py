"""Editing: what editors change, kept apart from what the program says, and as a text file."""

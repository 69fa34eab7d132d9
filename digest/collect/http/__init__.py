"""Asking: the one guarded client, and what its requests and answers mean."""

"""Choosing: what can be told, how well it scores, and what an issue has room for."""

"""Grouping: posts that tell the same story become one."""

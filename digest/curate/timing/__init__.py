"""Timing: when issues fall due, and the periods they cover."""

"""Feeds in, a well-edited newsletter out."""

"""Explaining: why a post is in or out, and what differs between two issues."""

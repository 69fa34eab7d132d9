"""Parsing: a feed's bytes become entries, whatever state they are in."""

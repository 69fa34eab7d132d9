"""Collecting: what is new on the web becomes entries, politely and safely.

A feed's way goes through the rooms in this order: ``http`` asks for it, ``isolation`` hands it to
a parser process, ``sources`` tells its kind, ``parsing`` reads it, ``upkeep`` says what changes.
``articles``, ``discovery`` and ``hubs`` are asked beside that way. The modules here serve them all.
"""

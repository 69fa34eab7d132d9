"""Collect: ask feeds politely, read whatever they answer, keep what is safe to show.

``fetch`` is the only module that touches the network; the others turn values into values.
"""

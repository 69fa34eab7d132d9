"""Compose: from an issue to the bytes its readers get.

``edition`` says what templates see, ``templates`` runs them in a sandbox, ``inline`` moves their
styles to where mail clients look, ``render`` puts these together, and ``personalise`` fills one
reader's slots. ``phrases``, ``plaintext`` and ``theme`` hold the words, the lines and the colours.
"""

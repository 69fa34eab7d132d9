"""Signing: DKIM signatures over a message, with what all readers share hashed once.

``canonical`` says what is hashed, ``dkim`` writes the signature fields; ``records`` says what to
publish. ``keys`` is the only door to the library that signs, and ``keyring`` reads the key files.
"""

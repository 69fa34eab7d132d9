"""The audience stage: who agreed to what, the links that let them leave, and lists in and out.

Pure throughout: :mod:`~digest.audience.consent` decides where a person stands,
:mod:`~digest.audience.tokens` signs and reads links, :mod:`~digest.audience.exchange` reads and
writes CSV. :mod:`digest.store.audience` keeps what they decide.
"""

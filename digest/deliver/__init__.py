"""The deliver stage: a reader's copy becomes a message, and a server's reply a next state.

:mod:`~digest.deliver.message` builds RFC 5322 bytes over :mod:`~digest.deliver.headers`;
:mod:`~digest.deliver.policy` decides what a reply means; :mod:`~digest.deliver.transaction` says
which commands hand a message over, and :mod:`~digest.deliver.smtp`, the only one here that touches
the network, speaks them.
"""

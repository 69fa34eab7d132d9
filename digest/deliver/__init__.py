"""The deliver stage: a reader's copy becomes a message, and a server's reply a next state.

:mod:`~digest.deliver.message` builds RFC 5322 bytes over :mod:`~digest.deliver.headers`;
:mod:`~digest.deliver.policy` decides what a reply means; :mod:`~digest.deliver.transaction` says
which commands hand a message over, :mod:`~digest.deliver.framing` how it goes over the wire, and
:mod:`~digest.deliver.smtp` speaks them. :mod:`~digest.deliver.mailboxes` takes its place in a dry
run.
"""

"""Where returned mail is taken from; nothing here, or anywhere, ever answers it.

:mod:`~digest.deliver.intake.sources` reads files, mboxes, Maildirs and standard input,
:mod:`~digest.deliver.intake.imap` an IMAP mailbox; :mod:`~digest.deliver.intake.lmtp` listens.
"""

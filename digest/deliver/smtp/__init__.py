"""The hand-off to a mail server over SMTP or LMTP.

:mod:`~digest.deliver.smtp.connect` opens, secures and logs in by :mod:`smtplib`, and
:mod:`~digest.deliver.smtp.session` moves bytes. What to send, and what each reply of
:mod:`~digest.deliver.smtp.replies` settles, :mod:`~digest.deliver.smtp.protocol` decides without
touching anything.
"""

from digest.deliver.smtp.connect import SmtpMailer
from digest.deliver.smtp.session import SmtpSession

__all__ = ["SmtpMailer", "SmtpSession"]

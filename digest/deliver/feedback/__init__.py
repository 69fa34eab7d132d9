"""What comes back, understood: bytes of a mail to what they report of each recipient.

:mod:`~digest.deliver.feedback.mime` takes the mail apart; :mod:`~digest.deliver.feedback.status`
reads status reports (RFC 3464), :mod:`~digest.deliver.feedback.prose` and
:mod:`~digest.deliver.feedback.signs` bounces in words, :mod:`~digest.deliver.feedback.complaints`
and :mod:`~digest.deliver.feedback.notices` complaints, :mod:`~digest.deliver.feedback.automatic`
knows machines that answer and :mod:`~digest.deliver.feedback.commands` what was refused;
:mod:`~digest.deliver.feedback.diagnosis` gives the verdict, and
:mod:`~digest.deliver.feedback.reading` puts them together.
"""

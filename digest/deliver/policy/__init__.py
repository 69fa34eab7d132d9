"""What a server's reply means: for one delivery, for the address, and for the relay.

Choices, by the reply's code (RFC 5321 section 4.2) and, where it has one, its enhanced status
code ``class.subject.detail`` (RFC 3463, RFC 5248):

====================================== ============ =========== ======================
the reply                              the delivery the address the relay
====================================== ============ =========== ======================
421, 454, 530, 534, 535, 538           put back     stays       out of service at once
5.1.x but for 5.1.7 and 5.1.8; 5.2.1   failed       suppressed  goes on
550, 551, 553, 556 without a status
code, unless they name a policy        failed       suppressed  out after 20 in a row
5.3.x, 5.5.x, 5.6.x, 5.7.x, 5.1.7/8;
500-504, 521, 554, 555 without one     failed       stays       out after 5 in a row
any other 5xx                          failed       stays       out after 20 in a row
4.1.x                                  deferred     stays       goes on
greylisted; 4.5.3                      put off      stays       goes on
any other 4xx                          deferred     stays       out after 20 in a row
====================================== ============ =========== ======================

So a relay that refuses everything, or us, is left alone instead of failing every recipient, and
one bad address never does that. X.7.x alone is no reason at once: receivers use it for single
recipients too. An acceptance starts the counts again; see :class:`Streak`.

How long a transient refusal waits depends on its class: a full mailbox is not emptied in five
minutes, and greylisting says itself when to come back. See :func:`settle`.
"""

from digest.deliver.policy.replies import (
    cause_of,
    hard_bounce,
    is_about_domain,
    is_about_relay,
    is_greylisting,
    may_be_about_us,
)
from digest.deliver.policy.retry import RECONNECT_DELAY, RetryPolicy, settle
from digest.deliver.policy.streak import (
    MAX_LOSSES,
    MAX_REFUSALS,
    MAX_REFUSALS_ABOUT_US,
    NO_TROUBLE,
    Streak,
    stops_run,
)

__all__ = [
    "MAX_LOSSES",
    "MAX_REFUSALS",
    "MAX_REFUSALS_ABOUT_US",
    "NO_TROUBLE",
    "RECONNECT_DELAY",
    "RetryPolicy",
    "Streak",
    "cause_of",
    "hard_bounce",
    "is_about_domain",
    "is_about_relay",
    "is_greylisting",
    "may_be_about_us",
    "settle",
    "stops_run",
]

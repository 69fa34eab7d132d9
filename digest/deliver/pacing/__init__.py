"""When a message may go, and by which relay: values in, values out, with the time as an argument.

:mod:`~digest.deliver.pacing.window` counts a rate, :mod:`~digest.deliver.pacing.warmup` lets a new
relay's volume grow, :mod:`~digest.deliver.pacing.breaker` takes a relay out of service and puts it
back, :mod:`~digest.deliver.pacing.routing` says which relay is for whom,
:mod:`~digest.deliver.pacing.domains` what a receiver can bear, and
:mod:`~digest.deliver.pacing.standing` where a relay stands by all of it.
"""

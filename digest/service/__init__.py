"""The service: a scheduler that only ticks, the public pages, health and logs."""

"""Hubs: feeds that are pushed (WebSub), not polled."""

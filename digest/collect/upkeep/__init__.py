"""Upkeep: what a fetch changes in what is kept of a feed and of its entries."""

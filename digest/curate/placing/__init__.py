"""Placing: each post finds its topic, by rules, categories and meaning."""

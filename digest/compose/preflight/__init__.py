"""Pre-flight: every check of an issue as a named rule, one family a module."""

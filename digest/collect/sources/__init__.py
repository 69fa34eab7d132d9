"""Sources: the kinds there are, feeds first, then pages and APIs that selectors read."""

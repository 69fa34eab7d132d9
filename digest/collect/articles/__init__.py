"""Articles: the pages behind entries, and what is taken from them."""

"""Pictures: what is asked for, and the files that are made of the answers."""

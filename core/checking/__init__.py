"""Whether a config can be trained: its names, their arguments, and what fits together."""

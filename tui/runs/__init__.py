"""The list of runs, found in a thread."""

"""Data sets as files, without torch."""

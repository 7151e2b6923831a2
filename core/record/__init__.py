"""What a run has written, read again: the end of its journal, curves, its log."""

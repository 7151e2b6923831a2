"""How a process of ours ends, for the shell and for whoever started it."""

OK = 0
FAILED = 1
"""What was asked for was tried, and did not work."""
MISTAKE = 2
"""Something the caller can put right; a sentence on stderr says what."""
SIGNALLED = 128
"""Plus the number of the signal that ended it."""

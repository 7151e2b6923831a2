"""`mnist-tui doctor`: what is found on this machine and what it advises, one subject a file."""

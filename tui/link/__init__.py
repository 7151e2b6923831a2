"""The terminal and the process in front of it: stalls, losses, leaving and coming back."""

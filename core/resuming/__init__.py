"""What a training goes on from, and whether it can."""

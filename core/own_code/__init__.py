"""Networks, losses, metrics and data of one's own: read, copied into the run, then run."""

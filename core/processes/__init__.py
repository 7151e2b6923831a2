"""Where a training runs: a thread, a process, several that train together."""

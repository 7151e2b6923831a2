"""The save folders: finding runs, what is told of each, what lies beside a checkpoint."""

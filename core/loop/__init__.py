"""What the loop of `core.trainer` is made of."""

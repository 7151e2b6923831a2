"""What a config names, made: networks, optimizers, learning rates."""

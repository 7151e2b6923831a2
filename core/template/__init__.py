"""pytorch-template's run directories and checkpoints."""

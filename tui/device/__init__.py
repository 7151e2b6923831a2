"""What the Device pane says and asks."""

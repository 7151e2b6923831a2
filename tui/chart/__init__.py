"""What the chart of a run shows: from its state to curves, axes and marks."""

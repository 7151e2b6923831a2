"""What a run is doing: from its journal to words."""

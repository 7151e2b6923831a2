"""Shows and asks; never imports torch."""

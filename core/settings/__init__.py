"""The text of config.json: read as people write it, edited in place, checked, without torch."""

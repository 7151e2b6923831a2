"""The config of the next run: its text, its fields as rows, what is said of them."""

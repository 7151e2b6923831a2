"""Pictures of digits as cells, what they are taken for, and a pad to draw on."""

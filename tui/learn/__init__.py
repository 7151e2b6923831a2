"""What goes on while a network learns, in words and numbers of the run at hand."""

"""From a drawing or a photograph to a picture like MNIST's, without torch."""

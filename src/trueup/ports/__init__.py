"""What does the loop need from the world? One Protocol a file, at most five methods."""

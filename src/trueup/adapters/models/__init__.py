"""How models are made and read back: the default pipeline, and the owner's own code."""

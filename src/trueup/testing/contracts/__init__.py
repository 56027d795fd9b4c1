"""What must every engine behind a port do? A test class each, to subclass."""

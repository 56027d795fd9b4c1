"""A world to watch the loop in: streams, changes planted in them, and recipes that must not get through."""

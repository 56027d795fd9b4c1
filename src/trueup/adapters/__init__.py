"""Which engine does it? A folder per port, a file per engine, imported only when chosen."""

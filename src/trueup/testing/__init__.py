"""What do others need to test their own variants and engines? Shipped, and used by our own tests."""

"""Is a candidate really better, and allowed to go on? Losses, comparisons, checks, verdicts."""

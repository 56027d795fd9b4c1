"""Maths that knows nothing of models: betting, rates, clusters, intervals; later, whatever else is only numbers."""

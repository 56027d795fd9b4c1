"""How does the pure loop meet the world? Drivers, evidence, actions, records."""

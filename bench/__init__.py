"""How fast, and how large? Figures with the machine they were measured on; nothing here passes or fails."""

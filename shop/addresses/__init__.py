"""Where medicines go: licensed countries, and what an address needs there."""

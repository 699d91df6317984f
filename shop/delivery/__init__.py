"""How parcels travel, and when they arrive."""

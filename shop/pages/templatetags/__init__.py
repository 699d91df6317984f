"""Template tags of the shop’s own pages."""

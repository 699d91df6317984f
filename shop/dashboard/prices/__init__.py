"""Pages for prices: the grid, what was changed, costs and low marks, packs (ADR 48)."""

"""Random schedules of everything that may go wrong with a payment; `make campaign` runs them."""

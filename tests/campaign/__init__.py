"""Random schedules of everything that may go wrong with a payment; `make proof-campaign` runs them."""

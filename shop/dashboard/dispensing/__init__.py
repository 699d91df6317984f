"""The pages on which an order is dispensed, checked and sent; one order at a time."""

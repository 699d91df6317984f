"""A small Stripe for the demonstration shop and the tests: loopback only, all in memory."""

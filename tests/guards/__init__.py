"""Guards of the shop switched off one at a time: a test has to notice each; `make proof-guards`."""

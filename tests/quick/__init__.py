"""What makes the tests quick: their order, their costs, and what a process reads only once."""

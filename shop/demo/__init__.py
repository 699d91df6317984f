"""The demonstration: made-up people and papers, and the program behind `make run`."""

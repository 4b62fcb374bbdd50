"""What we see against what we knew: pure. Start at `decide`, which opens with the truth table."""

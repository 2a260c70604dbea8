"""What changes people and teams, and how people sign in."""

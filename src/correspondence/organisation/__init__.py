"""People, teams and memberships, and how people sign in."""

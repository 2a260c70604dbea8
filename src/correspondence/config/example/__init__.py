"""The example organisation of the demonstration: invented people, teams and cases."""

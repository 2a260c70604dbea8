"""How long a closed case is kept, and how it is destroyed.

Retention schedules, the destruction date that closing a case sets, and anonymising, which reaches
everything that holds a person's data.
"""

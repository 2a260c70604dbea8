"""Asking those who hold the information.

Areas asked, the data requests in each, the commissioning and chase messages, and the contacts to
whom they go. An offender subject access request is gathered here before it is vetted.
"""

"""Running the service: what works when the application itself cannot.

This package never imports ``correspondence``. It starts the application as processes of its own and
speaks to it through its commands and its addresses only.
"""

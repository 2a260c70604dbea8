"""The HTTP interface for other services.

Version 1 will take requests from outside, give cases to those with a token of the right scope, and
describe itself by OpenAPI. It calls the same actions as the pages do.
"""

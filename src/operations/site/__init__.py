"""One site on one host: bring it up, look at it, deploy, scale and prove it, by Docker Compose.

What a site keeps is in its state folder: the operator's values (``site.toml``), what runs (``state.json``)
and the encrypted secrets (``secrets.age``). The key that opens the secrets is kept in another place.
"""

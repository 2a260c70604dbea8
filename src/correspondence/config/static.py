"""Files of the front end, served under names that hold a hash of what is in them."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedAssets(CompressedManifestStaticFilesStorage):
    """Hashed and compressed; ``import`` lines of our JavaScript modules follow the hashed names too."""

    support_js_module_import_aggregation = True

#!/bin/sh
# Makes frontend/assets/vendor and frontend/assets/images anew from the packages below, and the list in VENDORED.md.
# Wants npm (only here: neither the build nor the service does). With --govuk-brand it also fetches what only a service
# on gov.uk may use, the typeface and the crown's icons, into frontend/govuk-brand, which is not part of the repository.
set -eu
GOVUK=6.6.0 MOJ=11.1.0
here=$(cd "$(dirname "$0")" && pwd) && work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work"
npm pack --silent "govuk-frontend@$GOVUK" "@ministryofjustice/frontend@$MOJ" >/dev/null
for kit in govuk-frontend ministryofjustice-frontend; do mkdir $kit && tar xzf $kit-*.tgz -C $kit --strip-components=1; done
govuk=govuk-frontend/dist/govuk moj=ministryofjustice-frontend/moj out=$here/assets
rm -rf "$out/vendor" "$out/images" && mkdir -p "$out/vendor" "$out/images"
# Source maps are not shipped. The typeface is licensed for gov.uk alone, so its @font-face rules are cut out.
sed -e 's,/\*# sourceMappingURL=.*\*/,,' -e 's,/\*! Copyright (c) 2011 by Margaret Calvert[^*]*\*/,,' \
  -e 's,@font-face{[^}]*},,g' $govuk/govuk-frontend.min.css >"$out/vendor/govuk-frontend.min.css"
sed -e 's,//# sourceMappingURL=.*,,' $govuk/govuk-frontend.min.js >"$out/vendor/govuk-frontend.min.js"
sed -e 's,/\*# sourceMappingURL=.*\*/,,' $moj/moj-frontend.min.css >"$out/vendor/moj-frontend.min.css"
# Only the images that the two style sheets name.
for image in $(cat "$out"/vendor/*.css | grep -o 'url(/assets/images/[^)]*)' | sort -u | sed 's,.*/\(.*\)),\1,'); do
  cp "$govuk/assets/images/$image" "$out/images/" 2>/dev/null || cp "$moj/assets/images/$image" "$out/images/"
done
if [ "${1:-}" = --govuk-brand ]; then
  rm -rf "$here/govuk-brand" && mkdir -p "$here/govuk-brand/images" && cp -R $govuk/assets/fonts "$here/govuk-brand/"
  grep -o '@font-face{[^}]*}' $govuk/govuk-frontend.min.css >"$here/govuk-brand/typeface.css"
  cp $govuk/assets/images/favicon.* $govuk/assets/images/govuk-icon-* "$here/govuk-brand/images/"
fi
sed -i '/^| `/d' "$here/VENDORED.md"
cd "$out" && find vendor images -type f | LC_ALL=C sort | xargs sha256sum | sed 's/^\([^ ]*\)  \(.*\)$/| `\2` | `\1` |/' >>"$here/VENDORED.md"

#!/bin/sh
# Writes what is installed in this image, as CycloneDX 1.6, to /usr/share/sbom/<image>.cdx.json.
#
#   sbom.sh IMAGE VERSION [--python BIN]... [--node FOLDER]... [--component PURL]...
#
# Debian packages are always told. --python adds the distributions that an interpreter sees, --node the packages of a
# node_modules folder (by the image's own node), --component one thing by its package URL: pkg:golang/example.org/x@1.2.
# The same image gives the same file: no date and no random number goes in.
set -eu

image=$1
version=$2
shift 2
list=$(mktemp)
trap 'rm -f "$list"' EXIT

if command -v dpkg-query >/dev/null; then
    dpkg-query --show --showformat='${db:Status-Abbrev}|${Package}|${Version}|${Architecture}\n' |
        awk -F'|' '$1 ~ /^ii/ { printf "%s|%s|pkg:deb/debian/%s@%s?arch=%s\n", $2, $3, $2, $3, $4 }' >>"$list"
fi
while [ $# -gt 0 ]; do
    case $1 in
    --python)
        "$2" -c '
import importlib.metadata as metadata
import re
for one in metadata.distributions():
    name = re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower()
    print(name, one.version, f"pkg:pypi/{name}@{one.version}", sep="|")
' >>"$list"
        ;;
    --node)
        # shellcheck disable=SC2016 # ${} is for node
        find "$2" -name package.json -path '*/node_modules/*' -print | sort | node -e '
const fs = require("fs")
for (const file of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const folder = file.slice(0, -"/package.json".length), name = folder.split("/node_modules/").pop()
  if (!/^(@[^/]+\/)?[^/]+$/.test(name)) continue
  const { version } = JSON.parse(fs.readFileSync(file, "utf8"))
  if (version) console.log([name, version, `pkg:npm/${name.replace("@", "%40")}@${version}`].join("|"))
}' >>"$list"
        ;;
    --component)
        bare=${2%%\?*}
        bare=${bare#pkg:*/}
        printf '%s|%s|%s\n' "${bare%@*}" "${bare##*@}" "$2" >>"$list"
        ;;
    *)
        echo "sbom.sh: $1 is not known." >&2
        exit 2
        ;;
    esac
    shift 2
done

mkdir -p /usr/share/sbom
LC_ALL=C sort -u "$list" | awk -F'|' -v image="$image" -v version="$version" '
    BEGIN {
        printf "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"version\": 1,\n"
        printf " \"metadata\": {\"component\": {\"type\": \"container\", \"bom-ref\": \"image\", \"name\": \"correspondence/%s\", \"version\": \"%s\"}},\n \"components\": [", image, version
    }
    {
        purl = $3
        gsub(/\+/, "%2B", purl)
        printf "%s\n  {\"type\": \"library\", \"bom-ref\": \"%s\", \"name\": \"%s\", \"version\": \"%s\", \"purl\": \"%s\"}", (NR > 1 ? "," : ""), purl, $1, $2, purl
    }
    END { print "\n ]}" }
' >"/usr/share/sbom/$image.cdx.json"
chmod 0444 "/usr/share/sbom/$image.cdx.json"

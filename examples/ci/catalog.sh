#!/bin/sh
# A catalog that lives in a repository: says which projects, pipelines and integrations there are. Needs curl. Running it again
# changes nothing.
#
#   SIGNOFF_URL, SIGNOFF_TOKEN   the address, and a token with catalog:write
set -eu

: "${SIGNOFF_URL:?}" "${SIGNOFF_TOKEN:?}"

# put PATH: sends what comes in. The token goes by a file, out of sight of the list of processes.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
printf 'header = "Authorization: Bearer %s"\n' "$SIGNOFF_TOKEN" > "$work/token"
put() {
  curl --silent --show-error --fail-with-body --config "$work/token" --retry 5 --retry-connrefused --max-time 30 \
    --request PUT --header 'Content-Type: application/json' --data-binary @- "${SIGNOFF_URL%/}/api/v1$1"
  echo
}

put /projects/commerce << 'JSON'
{
  "name": "Commerce",
  "pipeline": [
    { "slug": "development", "name": "Development" },
    { "slug": "staging", "name": "Staging" },
    { "slug": "production", "name": "Production", "critical": true }
  ]
}
JSON

put /projects/commerce/integrations/orders-sync << 'JSON'
{ "name": "Orders Sync", "compareUrl": "https://git.example.com/orders/compare/{from}...{to}" }
JSON

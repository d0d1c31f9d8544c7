#!/bin/sh
# Keeps a catalog in a repository: creates and updates projects, pipelines, and integrations. Needs curl. Running
# it again changes nothing.
#
#   SIGNOFF_URL, SIGNOFF_TOKEN   the address, and a token with catalog:write
set -eu

: "${SIGNOFF_URL:?}" "${SIGNOFF_TOKEN:?}"

# put PATH: sends its standard input. The token is passed in a file, so that it does not show in the process
# list.
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

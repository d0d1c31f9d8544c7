#!/bin/sh
# Tells Signoff of a build and, with ENVIRONMENT set, that it was deployed there. Needs curl, and git for SINCE.
# Running it again tells the same once more, which changes nothing.
#
#   SIGNOFF_URL, SIGNOFF_TOKEN   the address, and a token with builds:write and deployments:write
#   PROJECT, INTEGRATION         their slugs
#   BUILD_ID, BUILD_VERSION      the build's own id, the same at every try, and the version that people read
#   BUILD_COMMIT, BUILD_DIGEST, BUILD_LINK, BUILD_AUTHOR   optional
#   SINCE                        optional: the commit of the build before; what came after it is listed for the reviewers
#   COMMIT_LINK                  optional: what a commit's address begins with, e.g. https://git.example.com/orders/commit/
#   ENVIRONMENT                  optional: the slug of the environment that it was deployed to
#   DEPLOYMENT_ID                optional; default: the build's id and the environment
set -eu

: "${SIGNOFF_URL:?}" "${SIGNOFF_TOKEN:?}" "${PROJECT:?}" "${INTEGRATION:?}" "${BUILD_ID:?}" "${BUILD_VERSION:?}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# What a shell variable holds may be anything: this makes it the inside of a JSON string.
escape() { tr -d '\000-\010\013-\037' | tr '\011' ' ' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }

# field NAME VALUE: `,"NAME":"VALUE"`, or nothing where there is no value.
field() {
  [ -z "$2" ] || printf ',"%s":"%s"' "$1" "$(printf '%s' "$2" | escape | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')"
}

# post PATH: sends what stands in the file "body". The token goes by stdin, out of sight of the list of processes.
post() {
  status=$(printf 'header = "Authorization: Bearer %s"\n' "$SIGNOFF_TOKEN" |
    curl --silent --show-error --config - --retry 5 --retry-connrefused --max-time 30 \
      --header 'Content-Type: application/json' --data-binary "@$work/body" \
      --output "$work/answer" --write-out '%{http_code}' "${SIGNOFF_URL%/}/api/v1$1")
  case $status in
    2??) ;;
    *)
      echo "Signoff answered $status: $(cat "$work/answer")" >&2
      exit 1
      ;;
  esac
}

commits() {
  # The commit before is not known where the branch is new, or the history was not fetched.
  [ -n "${SINCE:-}" ] && git rev-parse --quiet --verify "$SINCE^{commit}" > "$work/since" || return 0
  printf ',"commits":['
  git log --max-count=100 --format='%H%x7f%an%x7f%s' "$SINCE..${BUILD_COMMIT:-HEAD}" | escape |
    awk -F '\177' -v link="${COMMIT_LINK:-}" '{
      printf "%s{\"hash\":\"%s\",\"author\":\"%s\",\"message\":\"%s\"", (NR > 1 ? "," : ""), $1, $2, $3
      if (link != "") printf ",\"link\":\"%s%s\"", link, $1
      printf "}"
    }'
  printf ']'
}

at="/projects/$PROJECT/integrations/$INTEGRATION"
{
  printf '{'
  {
    field id "$BUILD_ID"
    field version "$BUILD_VERSION"
    field commit "${BUILD_COMMIT:-}"
    field digest "${BUILD_DIGEST:-}"
    field link "${BUILD_LINK:-}"
    field author "${BUILD_AUTHOR:-}"
    commits
  } | sed '1s/^,//'
  printf '}'
} > "$work/body"
post "$at/builds"
echo "Signoff knows $INTEGRATION $BUILD_VERSION"

[ -n "${ENVIRONMENT:-}" ] || exit 0
{
  printf '{"status":"succeeded"'
  field id "${DEPLOYMENT_ID:-$BUILD_ID-$ENVIRONMENT}"
  field build "$BUILD_ID"
  field environment "$ENVIRONMENT"
  printf '}'
} > "$work/body"
post "$at/deployments"
echo "Signoff knows that $INTEGRATION $BUILD_VERSION was deployed to $ENVIRONMENT"

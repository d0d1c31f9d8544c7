#!/bin/sh
# Registers a build in Signoff and, if ENVIRONMENT is set, reports its deployment there. Needs curl, and git for
# SINCE. Running it again registers nothing twice, and reports a new deployment: run it after each deployment.
#
#   SIGNOFF_URL, SIGNOFF_TOKEN   the address, and a token with builds:write and deployments:write
#   PROJECT, INTEGRATION         their slugs
#   BUILD_ID, BUILD_VERSION      the build's ID, which must be the same for every attempt, and the version that people see
#   BUILD_COMMIT, BUILD_DIGEST, BUILD_LINK, BUILD_AUTHOR   optional
#   BUILT_AT                     optional: when it was built, such as 2026-03-02T09:00:00Z. Default: now
#   SINCE                        optional: the commit of the previous build. Reviewers see the list of commits after it
#   COMMIT_LINK                  optional: the start of a commit's address, such as https://git.example.com/orders/commit/
#   ENVIRONMENT                  optional: the slug of the environment that the build was deployed to
#   STARTED_AT                   optional: when the deployment started. Default: now
#   DEPLOYMENT_ID                optional: a new ID for each deployment. Default: the build's ID, the environment, and
#                                the ID that CI gives to this run or re-run
set -eu

: "${SIGNOFF_URL:?}" "${SIGNOFF_TOKEN:?}" "${PROJECT:?}" "${INTEGRATION:?}" "${BUILD_ID:?}" "${BUILD_VERSION:?}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# A shell variable can hold any text. This turns it into the inside of a JSON string.
escape() { tr -d '\000-\010\013-\037' | tr '\011' ' ' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }

# field NAME VALUE: prints `,"NAME":"VALUE"`, or nothing if the value is empty.
field() {
  [ -z "$2" ] || printf ',"%s":"%s"' "$1" "$(printf '%s' "$2" | escape | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')"
}

# post PATH: sends the file "body". The token is passed through stdin, so that it does not show in the process
# list.
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
  # The previous commit is unknown if the branch is new or the history was not fetched.
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

# run_id: prints what identifies this run or re-run of the pipeline. Elsewhere, the time and the process do.
run_id() {
  if [ -n "${GITHUB_RUN_ID:-}" ]; then
    echo "$GITHUB_RUN_ID-${GITHUB_RUN_ATTEMPT:-1}-${GITHUB_JOB:-job}"
  elif [ -n "${CI_JOB_ID:-}" ]; then
    echo "$CI_JOB_ID" # GitLab: a retried job has a new ID
  elif [ -n "${BUILDKITE_JOB_ID:-}" ]; then
    echo "$BUILDKITE_JOB_ID"
  elif [ -n "${CIRCLE_WORKFLOW_JOB_ID:-}" ]; then
    echo "$CIRCLE_WORKFLOW_JOB_ID"
  elif [ -n "${BUILD_TAG:-}" ]; then
    echo "$BUILD_TAG" # Jenkins: the job and the number of its run
  else
    echo "$(date +%s)-$$"
  fi
}

# deployment_id: prints an ID for this run's deployment. Signoff takes 200 characters. Of a longer ID, the end stays, which
# tells runs apart, after a checksum of all of it.
deployment_id() {
  whole="$BUILD_ID-$ENVIRONMENT-$(run_id)"
  if [ "$(printf '%s' "$whole" | wc -c)" -le 200 ]; then
    printf '%s' "$whole"
  else
    printf '%s' "$whole" | cksum | tr ' \n' '--'
    printf '%s' "$whole" | LC_ALL=C tr -cd '\040-\176' | tail -c 160
  fi
}

# says NAME VALUE: whether the response has this member. Quotes inside a text are escaped, so no text can pretend it.
says() { grep -q "\"$1\": *$2" "$work/answer"; }

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
    field builtAt "${BUILT_AT:-}"
    commits
  } | sed '1s/^,//'
  printf '}'
} > "$work/body"
post "$at/builds"
echo "Signoff knows $INTEGRATION $BUILD_VERSION"

[ -n "${ENVIRONMENT:-}" ] || exit 0
{
  printf '{"status":"succeeded"'
  field id "${DEPLOYMENT_ID:-$(deployment_id)}"
  field build "$BUILD_ID"
  field environment "$ENVIRONMENT"
  field startedAt "${STARTED_AT:-}"
  printf '}'
} > "$work/body"
post "$at/deployments"
echo "Signoff knows that $INTEGRATION $BUILD_VERSION was deployed to $ENVIRONMENT"
if says live false; then
  echo "But $INTEGRATION $BUILD_VERSION is not live in $ENVIRONMENT: a deployment that started later succeeded, or this one was reported before." >&2
fi
if says outside true; then
  echo "Nobody approved $INTEGRATION $BUILD_VERSION in $ENVIRONMENT. Signoff told its admins." >&2
fi

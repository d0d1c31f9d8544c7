#!/bin/sh
# Requests a promotion and waits for its result. Needs curl. Exit code 0: promoted. 1: it will not be promoted.
# 2: still open after WAIT_MINUTES.
#
#   SIGNOFF_URL, SIGNOFF_TOKEN     the address, and a token with requests:read and requests:write
#   PROJECT, INTEGRATION, TARGET   slugs. TARGET is the environment to promote to
#   BUILD_ID       optional: refuses the request if another build is live in the environment before TARGET
#   MESSAGE        optional: a message for the reviewers
#   RUN_BY         optional: who ran the pipeline, as it knows them. The message for the reviewers says so
#   REQUESTER      optional: the email or Slack ID of the member to request for. The token needs requests:on-behalf to
#                  name another member than its own. Default: RUN_BY's address in MEMBERS, or else the token's member
#   MEMBERS        optional: a file with one line for each person: RUN_BY, a space, and their email or Slack ID
#   PROMOTE        yes: promotes after the approval, for which the token also needs promotions:write. Default: someone
#                  promotes in Slack
#   WAIT_MINUTES   optional: how long to wait. Default: as long as the request is open
#   RUN_ID         optional: identifies this run of the pipeline. A retry with the same ID does not request again
set -eu

: "${SIGNOFF_URL:?}" "${SIGNOFF_TOKEN:?}" "${PROJECT:?}" "${INTEGRATION:?}" "${TARGET:?}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
if [ -z "${REQUESTER:-}" ] && [ -n "${RUN_BY:-}" ] && [ -f "${MEMBERS:-}" ]; then
  REQUESTER=$(awk -v who="$RUN_BY" '$1 == who { print $2; exit }' "$MEMBERS")
fi
if [ -n "${RUN_BY:-}" ]; then
  MESSAGE="${MESSAGE:+$MESSAGE
}Run by $RUN_BY."
fi
run=${RUN_ID:-$(date +%s)-$$}

# A shell variable can hold any text. This turns it into the inside of a JSON string.
escape() { tr -d '\000-\010\013-\037' | tr '\011' ' ' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }

# field NAME VALUE: prints `,"NAME":"VALUE"`, or nothing if the value is empty.
field() {
  [ -z "$2" ] || printf ',"%s":"%s"' "$1" "$(printf '%s' "$2" | escape | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')"
}

# call METHOD PATH [curl options]: puts the HTTP status in "status" and the body in the file "answer". The
# token is passed through stdin, so that it does not show in the process list.
call() {
  method=$1 path=$2
  shift 2
  while :; do
    status=$(printf 'header = "Authorization: Bearer %s"\n' "$SIGNOFF_TOKEN" |
      curl --silent --show-error --config - --retry 8 --retry-connrefused --max-time 90 --request "$method" \
        --header 'Content-Type: application/json' --output "$work/answer" --write-out '%{http_code}' "$@" \
        "${SIGNOFF_URL%/}/api/v1$path")
    # If a response was lost, the first attempt may still be running. The same key soon returns its response.
    [ "$status" = 409 ] && [ "$(word code)" = key-in-use ] || return 0
    sleep 1
  done
}

stop_unless_ok() {
  case $status in
    2??) ;;
    *)
      echo "Signoff answered $status: $(cat "$work/answer")" >&2
      exit 1
      ;;
  esac
}

# word NAME, count NAME: prints the first string or number with that name in the response. Quotes inside a
# text are escaped, so nothing that people write can be mistaken for a name.
word() { grep -o "\"$1\": *\"[^\"]*\"" "$work/answer" | head -n 1 | sed 's/.*: *"//; s/"$//'; }
count() { grep -o "\"$1\": *[0-9][0-9]*" "$work/answer" | head -n 1 | sed 's/.*: *//'; }

{
  printf '{'
  {
    field project "$PROJECT"
    field integration "$INTEGRATION"
    field target "$TARGET"
    field build "${BUILD_ID:-}"
    field message "${MESSAGE:-}"
    field requester "${REQUESTER:-}"
  } | sed '1s/^,//'
  printf '}'
} > "$work/body"
call POST /requests --data-binary "@$work/body" --header "Idempotency-Key: $run-request"
stop_unless_ok
number=$(count number)
echo "#$number: $INTEGRATION to $TARGET is requested"

end=$(($(date +%s) + ${WAIT_MINUTES:-0} * 60))
version=0 before=''
while :; do
  # The response comes when the request has changed since this version, or after 50 seconds, because proxies
  # often time out after 60.
  call GET "/requests/$number?wait=50&since=$version"
  stop_unless_ok
  version=$(count version) state=$(word state)
  [ "$state" = "$before" ] || echo "#$number is $state"
  before=$state
  case $state in
    promoted) exit 0 ;;
    rejected | cancelled | expired | failed)
      cat "$work/answer" >&2
      exit 1
      ;;
    approved)
      if [ "${PROMOTE:-}" = yes ]; then
        call POST "/requests/$number/promote" --data '{}' --header "Idempotency-Key: $run-promote"
        # Someone may have clicked Promote or Cancel in Slack first. The next response shows the result.
        [ "$status" = 409 ] && [ "$(word code)" = not-approved ] || stop_unless_ok
      fi
      ;;
  esac
  if [ "${WAIT_MINUTES:-0}" -gt 0 ] && [ "$(date +%s)" -ge "$end" ]; then
    echo "#$number is still $state" >&2
    exit 2
  fi
done

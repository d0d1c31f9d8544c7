#!/bin/sh
# Requests a promotion and waits until it is over. Needs curl. Exit code 0: promoted; 1: it will not be; 2: still open when
# the time was up.
#
#   SIGNOFF_URL, SIGNOFF_TOKEN     the address, and a token with requests:read and requests:write
#   PROJECT, INTEGRATION, TARGET   slugs; TARGET is the environment to promote to
#   BUILD_ID       optional: refused where another build is live in the environment before TARGET by now
#   MESSAGE        optional: what the reviewers should know
#   REQUESTER      optional: the email or Slack id of the member for whom it is; default: whom the token was made for
#   PROMOTE        yes: promotes once it is approved, with a token that has promotions:write too; default: somebody does in Slack
#   WAIT_MINUTES   optional: how long to wait at most; default: as long as the request lives
#   RUN_ID         optional: names this run of the pipeline. With the same one, trying again asks no second time
set -eu

: "${SIGNOFF_URL:?}" "${SIGNOFF_TOKEN:?}" "${PROJECT:?}" "${INTEGRATION:?}" "${TARGET:?}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
run=${RUN_ID:-$(date +%s)-$$}

# What a shell variable holds may be anything: this makes it the inside of a JSON string.
escape() { tr -d '\000-\010\013-\037' | tr '\011' ' ' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }

# field NAME VALUE: `,"NAME":"VALUE"`, or nothing where there is no value.
field() {
  [ -z "$2" ] || printf ',"%s":"%s"' "$1" "$(printf '%s' "$2" | escape | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')"
}

# call METHOD PATH [curl's options]: leaves the HTTP status in "status" and the body in the file "answer". The token goes by
# stdin, out of sight of the list of processes.
call() {
  method=$1 path=$2
  shift 2
  while :; do
    status=$(printf 'header = "Authorization: Bearer %s"\n' "$SIGNOFF_TOKEN" |
      curl --silent --show-error --config - --retry 8 --retry-connrefused --max-time 90 --request "$method" \
        --header 'Content-Type: application/json' --output "$work/answer" --write-out '%{http_code}' "$@" \
        "${SIGNOFF_URL%/}/api/v1$path")
    # A try whose answer was lost may still be at work: the same key is given its answer soon.
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

# word NAME, count NAME: the first string or number of that name in the answer. A quote inside a text is escaped there, so
# that nothing which people wrote can be taken for a name.
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
  # Answered when the request has changed since this version, or after 50 seconds: proxies often give up after 60.
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
        # Somebody may have pressed Promote or Cancel in Slack first: what became of it is told next.
        [ "$status" = 409 ] && [ "$(word code)" = not-approved ] || stop_unless_ok
      fi
      ;;
  esac
  if [ "${WAIT_MINUTES:-0}" -gt 0 ] && [ "$(date +%s)" -ge "$end" ]; then
    echo "#$number is still $state" >&2
    exit 2
  fi
done

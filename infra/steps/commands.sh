# shellcheck shell=bash
# How every command of the deployment is run: named steps, printed instead of run with --dry-run, explained where it fails.
# Sourced. It keeps to bash 3.2, which macOS has.

dry_run=false
step_name=start
commands_folder=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-deploy.XXXXXX")
errors=$commands_folder/errors
trap 'rm -rf "$commands_folder"' EXIT

# step NAME WHAT: says what comes. In a dry run it is a comment, so that all that is printed can be pasted into a shell.
step() {
  step_name=$1
  if $dry_run; then printf '\n# %s: %s\n' "$1" "$2"; else printf '\n== %s: %s\n' "$1" "$2"; fi
}

say() {
  if $dry_run; then printf '# %s\n' "$*"; else printf '   %s\n' "$*"; fi
}

# fail WHAT REMEDY: the end, with what was wrong and what to do.
fail() {
  printf '\nStep "%s" failed: %s\nWhat to do: %s\n' "$step_name" "$1" "$2" >&2
  exit 1
}

# One argument as a shell reads it back. In a dry run a value that is not known yet is its variable, $name, and stays one.
quoted() {
  case $1 in
    '') printf "''" ;;
    *\$[A-Za-z]*) printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"`]/\\&/g')" ;;
    *[!A-Za-z0-9_./:=@%+,-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf '%s' "$1" ;;
  esac
}

# A whole command, ready to be pasted.
command_line() {
  local separator=''
  local argument
  for argument in "$@"; do
    printf '%s' "$separator"
    quoted "$argument"
    separator=' '
  done
}

# What a failed command said. Event Grid's messages repeat the webhook's address, and with it a key: it is hidden.
failure_text() { sed 's/\([?&]code=\)[^&" '"'"']*/\1(hidden)/g' "$errors"; }

failed_command() {
  printf '\nThis failed: ' >&2
  command_line "$@" >&2
  printf '\n' >&2
  failure_text >&2
  fail "$(what_failed "$(failure_text)")" "$(remedy_for "$(failure_text)") Then run the same command again: what is done already is kept."
}

# run COMMAND...: runs it and shows what it writes.
run() {
  if $dry_run; then
    command_line "$@"
    printf '\n'
  elif ! "$@" 2>"$errors"; then
    failed_command "$@"
  fi
}

# read_into VARIABLE COMMAND...: keeps what it writes.
read_into() {
  local variable=$1 value
  shift
  if $dry_run; then
    # shellcheck disable=SC2016 # It is printed for a shell to expand.
    printf '%s=$(%s)\n' "$variable" "$(command_line "$@")"
    printf -v "$variable" '%s' "\$$variable"
  elif value=$("$@" 2>"$errors"); then
    printf -v "$variable" '%s' "$value"
  else
    failed_command "$@"
  fi
}

# wait_until WHAT REMEDY COMMAND...: tries it until it succeeds, PIPELINE_TRIES times (60), PIPELINE_PAUSE_SECONDS (10) apart.
wait_until() {
  local what=$1 remedy=$2 attempt=1
  local tries=${PIPELINE_TRIES:-60} pause=${PIPELINE_PAUSE_SECONDS:-10}
  shift 2
  until "$@"; do
    [ "$attempt" -lt "$tries" ] || fail "$what did not happen in $tries tries, $pause seconds apart. $(failure_text)" "$remedy"
    say "Waiting for: $what ($attempt of $tries)"
    attempt=$((attempt + 1))
    sleep "$pause"
  done
}

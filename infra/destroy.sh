#!/usr/bin/env bash
# Deletes the resource group with everything in it, images and embeddings included: ./infra/destroy.sh -g GROUP [--yes] [--dry-run]
set -euo pipefail

infra=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=infra/steps/commands.sh
. "$infra/steps/commands.sh"
# shellcheck source=infra/steps/failures.sh
. "$infra/steps/failures.sh"

wrong() {
  printf '%s\nUsage: ./infra/destroy.sh -g GROUP [--yes] [--dry-run]\n' "$1" >&2
  exit 2
}

group='' yes=false
while [ $# -gt 0 ]; do
  case $1 in
    -g | --resource-group)
      [ $# -ge 2 ] || wrong "$1 needs a value."
      group=$2
      shift 2
      ;;
    --yes) yes=true && shift ;;
    --dry-run) dry_run=true && shift ;;
    *) wrong "'$1' is not an option." ;;
  esac
done
[ -n "$group" ] || wrong "-g GROUP is missing: the resource group to delete."

step destroy "the resource group $group and all that is in it"
exists=''
$dry_run || command -v az >/dev/null 2>&1 ||
  fail "there is no 'az' on the PATH." "install the Azure CLI: https://learn.microsoft.com/cli/azure/install-azure-cli"
read_into exists az group exists --name "$group"
if [ "$exists" = false ]; then
  say "There is no such group: nothing to delete."
  exit 0
fi

run az resource list --resource-group "$group" --query '[].{type: type, name: name}' --output table
if ! $yes && ! $dry_run; then
  printf '\nAll of this is deleted for good, the images included. Type the name of the resource group to go on: '
  answer=''
  read -r answer || true
  [ "$answer" = "$group" ] || fail "'$answer' is not '$group'; nothing was deleted." "type the name exactly, or pass --yes in a script."
fi

run az group delete --name "$group" --yes
$dry_run || printf '\nDeleted.\n'

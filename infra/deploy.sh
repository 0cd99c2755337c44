#!/usr/bin/env bash
# From a subscription to the running app, with the Azure CLI: ./infra/deploy.sh --help
set -euo pipefail

infra=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$infra")
models=${PIPELINE_MODELS:-$root/models}
work=${PIPELINE_WORK:-$root/.pipeline}

# shellcheck source=infra/steps/commands.sh
. "$infra/steps/commands.sh"
# shellcheck source=infra/steps/failures.sh
. "$infra/steps/failures.sh"
# shellcheck source=infra/steps/prepare.sh
. "$infra/steps/prepare.sh"
# shellcheck source=infra/steps/provision.sh
. "$infra/steps/provision.sh"
# shellcheck source=infra/steps/models.sh
. "$infra/steps/models.sh"
# shellcheck source=infra/steps/publish.sh
. "$infra/steps/publish.sh"
# shellcheck source=infra/steps/events.sh
. "$infra/steps/events.sh"
# shellcheck source=infra/steps/smoke-test.sh
. "$infra/steps/smoke-test.sh"

all_steps=tools,models,region,group,permissions,what-if,provision,upload,publish,events,smoke-test

usage() {
  cat <<EOF
./infra/deploy.sh -g GROUP -l REGION [options]

Creates or updates the pipeline in a resource group. Safe to run again at any point.

  -g, --resource-group GROUP   made if it is not there
  -l, --location REGION        one that offers Flex Consumption
  --name NAME                  first part of every resource's name (pipeline)
  --memory 2048|4096           memory of an instance in MB (2048)
  --parameter NAME=VALUE       a parameter of infra/main.bicep; may be repeated
  --yes                        does not ask after the what-if
  --skip-what-if               does not show what would change, nor asks
  --allow-untrained            deploys networks that have learnt nothing
  --only STEP[,STEP]           only these of: $all_steps
  --azd                        run by azd: outputs come from its environment
  --dry-run                    prints every command, runs none

Models are uploaded before the code: an app starts only with the models that its settings name.
Waits: PIPELINE_TRIES (60) times, PIPELINE_PAUSE_SECONDS (10) apart. Folders: PIPELINE_MODELS (models/), PIPELINE_WORK (.pipeline/).
EOF
}

wrong() {
  printf '%s\nSee ./infra/deploy.sh --help\n' "$1" >&2
  exit 2
}

group='' location='' name=pipeline memory=2048 yes=false with_what_if=true allow_untrained=false from_azd=false steps=$all_steps
parameters=()
while [ $# -gt 0 ]; do
  case $1 in
    -g | --resource-group | -l | --location | --name | --memory | --parameter | --only)
      [ $# -ge 2 ] || wrong "$1 needs a value."
      case $1 in
        -g | --resource-group) group=$2 ;;
        -l | --location) location=$(printf '%s' "$2" | tr '[:upper:]' '[:lower:]' | tr -d ' ') ;;
        --name) name=$2 ;;
        --memory) memory=$2 ;;
        --parameter) parameters=(${parameters[@]+"${parameters[@]}"} "$2") ;;
        --only) steps=$2 ;;
      esac
      shift 2
      ;;
    --yes) yes=true && shift ;;
    --skip-what-if) with_what_if=false && shift ;;
    --allow-untrained) allow_untrained=true && shift ;;
    --azd) from_azd=true && yes=true && shift ;;
    --dry-run) dry_run=true && shift ;;
    -h | --help) usage && exit 0 ;;
    *) wrong "'$1' is not an option." ;;
  esac
done

[ -n "$group" ] || wrong "-g GROUP is missing: the resource group to deploy to."
[ -n "$location" ] || wrong "-l REGION is missing: az functionapp list-flexconsumption-locations --query '[].name' --output tsv"
case $memory in 2048 | 4096) ;; *) wrong "--memory is '$memory'; 2048 and 4096 are allowed." ;; esac
for chosen in $(printf '%s' "$steps" | tr ',' ' '); do
  case ,$all_steps, in *,"$chosen",*) ;; *) wrong "'$chosen' is not a step; these are: $all_steps" ;; esac
done

wanted() { case ",$steps," in *,"$1",*) true ;; *) false ;; esac; }

if wanted tools; then check_tools; fi
if wanted models; then check_models; fi
if wanted region; then check_region; fi
if wanted group; then create_group; fi
if wanted permissions; then check_permissions; fi
wanted what-if || with_what_if=false
if $with_what_if; then what_if; fi
if wanted provision; then provision; fi
if wanted upload || wanted publish || wanted events || wanted smoke-test; then
  step outputs "names of what was made"
  read_outputs
fi
# Models first: an app starts only with the models that its settings name.
# Events after the code: their key is made by the host when it runs it.
if wanted upload; then
  wanted models || check_models
  upload_models
fi
if wanted publish; then publish; fi
if wanted events; then connect_events; fi
if wanted smoke-test; then smoke_test; fi

$dry_run || printf '\nDone. %s\n' "$functionAppUrl"
if wanted smoke-test && ! $dry_run; then
  printf 'Next: upload images to %s/images, ask %s/api/similar/NAME (key: az functionapp keys list -g %s -n %s).\nMore: docs/operations.md\n' \
    "$imagesAccountName" "$functionAppUrl" "$group" "$functionAppName"
fi

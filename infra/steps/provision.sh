# shellcheck shell=bash
# main.bicep: shown, asked about, deployed; its outputs. Sourced by deploy.sh.

# azd hands outputs to its hooks as environment variables of these names.
functionAppName=${functionAppName:-} functionAppUrl=${functionAppUrl:-}
imagesAccountName=${imagesAccountName:-} systemTopicName=${systemTopicName:-}

# main.bicep names the app NAME-, then 13 characters.
# The app's settings are written whole. The versions that a running app has are therefore passed on: they change only once the
# new files are there.
collect_parameters() {
  local apps='' settings='' key version
  template_parameters=("name=$name" "location=$location" "instanceMemoryMB=$memory" ${parameters[@]+"${parameters[@]}"})
  read_into apps az functionapp list --resource-group "$group" \
    --query "[?starts_with(name, '$name-') && length(name) == \`$((${#name} + 14))\`].name" --output tsv
  if $dry_run; then
    template_parameters=("${template_parameters[@]}" "modelVersions={}")
    return
  fi

  [ -n "$apps" ] || return 0
  for key in $model_keys; do
    read_into version az functionapp config appsettings list --resource-group "$group" --name "$apps" \
      --query "[?name=='Models__Versions__$key'].value" --output tsv
    [ -z "$version" ] || settings="$settings${settings:+,}\"$key\":\"$version\""
  done
  template_parameters=("${template_parameters[@]}" "modelVersions={$settings}")
}

what_if() {
  step what-if "what would change"
  collect_parameters
  run az deployment group what-if --resource-group "$group" --template-file "$infra/main.bicep" --parameters "${template_parameters[@]}"
  if $yes || $dry_run; then return 0; fi
  printf '\nGo on? [y/N] '
  local answer=''
  read -r answer || true
  case $answer in
    y | Y | yes) ;;
    *) fail "the answer was '$answer', not y; nothing but the resource group was made." \
      "answer y, or pass --yes where nobody can be asked." ;;
  esac
}

provision() {
  step provision "the resources of infra/main.bicep (minutes the first time)"
  $with_what_if || collect_parameters
  run az deployment group create --resource-group "$group" --name pipeline --template-file "$infra/main.bicep" \
    --parameters "${template_parameters[@]}" --output none
}

read_outputs() {
  local output
  for output in functionAppName functionAppUrl imagesAccountName systemTopicName; do
    if $from_azd; then
      [ -n "${!output}" ] || fail "azd's environment lacks the output '$output'." "azd provision"
    else
      read_into "$output" az deployment group show --resource-group "$group" --name pipeline \
        --query "properties.outputs.$output.value" --output tsv
      [ -n "${!output}" ] || fail "the deployment 'pipeline' of $group has no output '$output'." \
        "run the whole command again, without --only."
    fi
  done
}

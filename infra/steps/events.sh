# shellcheck shell=bash
# events.bicep, once the host has made the webhook's key. Sourced by deploy.sh.

# Only whether it is there is asked: the key itself stays in Azure, events.bicep reads it there.
# shellcheck disable=SC2016 # The backticks are JMESPath's.
webhook_key_query='systemKeys.blobs_extension != `null`'

webhook_key_is_there() {
  local there
  there=$(az functionapp keys list --resource-group "$group" --name "$functionAppName" \
    --query "$webhook_key_query" --output tsv 2>"$errors") || return 1
  [ "$there" = true ] || [ "$there" = True ]
}

connect_events() {
  step events "Event Grid tells the app about images"
  if $dry_run; then
    run az functionapp keys list --resource-group "$group" --name "$functionAppName" --query "$webhook_key_query" --output tsv
  else
    wait_until "the webhook key of $functionAppName" \
      "see in the portal (Diagnose and solve problems) why the host does not start; then --only publish,events,smoke-test." \
      webhook_key_is_there
  fi

  run az deployment group create --resource-group "$group" --name pipeline-events --template-file "$infra/events.bicep" \
    --parameters "functionAppName=$functionAppName" "imagesAccountName=$imagesAccountName" "systemTopicName=$systemTopicName" --output none
}

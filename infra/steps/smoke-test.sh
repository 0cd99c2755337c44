# shellcheck shell=bash
# A sample goes in as an upload and has to come out of search. Sourced by deploy.sh.

sample=deploy-check/vase-1.jpg
answer_status=''

# The key goes to curl through a pipe: it is in no argument, no file and no log.
ask_for_sample() {
  answer_status=$(printf 'header = "x-functions-key: %s"\n' "$function_key" |
    curl --silent --show-error --max-time 60 --output "$commands_folder/answer" --write-out '%{http_code}' --config - \
      "$functionAppUrl/api/similar/$sample?top=1" 2>"$errors") || return 1
  [ "$answer_status" = 200 ] || {
    printf 'The last answer was %s.' "$answer_status" >"$errors"
    return 1
  }
}

remove_sample() {
  run az storage blob delete --account-name "$imagesAccountName" --container-name images --auth-mode login --name "$sample" --output none
}

smoke_test() {
  step smoke-test "a sample is uploaded and has to be found"
  run az storage blob upload --account-name "$imagesAccountName" --container-name images --auth-mode login \
    --file "$root/samples/vase-1.jpg" --name "$sample" --overwrite true --no-progress --output none
  local function_key=''
  if $dry_run; then
    # shellcheck disable=SC2016 # The variable is for who pastes it.
    read_into function_key az functionapp keys list --resource-group "$group" --name "$functionAppName" \
      --query functionKeys.default --output tsv
    # shellcheck disable=SC2016
    printf '%s | %s\n' 'printf '"'"'header = "x-functions-key: %s"\n'"'"' "$function_key"' \
      "$(command_line curl --silent --show-error --max-time 60 --config - "$functionAppUrl/api/similar/$sample?top=1")"
  else
    read_into function_key az functionapp keys list --resource-group "$group" --name "$functionAppName" \
      --query functionKeys.default --output tsv
    wait_until "an answer about $sample from $functionAppUrl" \
      "see $functionAppUrl/api/health and Application Insights' failures; the sample stays at images/$sample. Then --only smoke-test." \
      ask_for_sample
  fi

  remove_sample
}

# shellcheck shell=bash
# The networks: their files in the container 'models' under names that never change their content, then the versions that the app runs.
# Sourced by deploy.sh.

model_keys='vgg16 resnet50'

# manifest_value KEY FIELD: a text of models/KEY.manifest.json.
manifest_value() {
  tr ',' '\n' <"$models/$1.manifest.json" | sed -n "s/^[[:space:]{]*\"$2\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p" | head -n 1
}

check_models() {
  step models "the networks are built and trained"
  local key
  for key in $model_keys; do
    if [ ! -f "$models/$key.manifest.json" ] || [ ! -f "$models/$key.onnx" ]; then
      $dry_run || fail "there is no $models/$key.onnx with its manifest." "./pipeline models pull"
      say "$models/$key.onnx is not there yet: ./pipeline models pull"
      continue
    fi

    $allow_untrained || [ "$(manifest_value "$key" weights)" != untrained ] ||
      fail "$models/$key.onnx has untrained weights: its search would mean nothing." \
        "./pipeline models pull --force, or --allow-untrained to try the deployment out."
    [ -n "$(manifest_value "$key" fingerprint)" ] || fail "$models/$key.manifest.json names no fingerprint." \
      "./pipeline models pull --force"
  done
}

# main.bicep grants who deploys the role; roles take minutes to spread.
may_read_models() {
  az storage blob list --account-name "$imagesAccountName" --container-name models --auth-mode login \
    --num-results 1 --output none 2>"$errors"
}

# upload_once FILE BLOB: a blob is written whole or not at all, so one of that name and size is the file.
upload_once() {
  local size there=''
  # Only a dry run comes here without the file.
  if [ -f "$1" ]; then size=$(wc -c <"$1" | tr -d ' '); else size=0; fi
  read_into there az storage blob list --account-name "$imagesAccountName" --container-name models --auth-mode login \
    --prefix "$2" --query "[?name=='$2'].properties.contentLength | [0]" --output tsv
  if [ "$there" = "$size" ]; then say "$2 is there."; else
    say "Uploading $2 ($((size / 1000000)) MB)"
    run az storage blob upload --account-name "$imagesAccountName" --container-name models --auth-mode login \
      --file "$1" --name "$2" --overwrite true --no-progress --output none
  fi
}

upload_models() {
  step models "the networks go to the container 'models', then the app is told which to run"
  local key fingerprint current='' changed=false
  settings=()
  if $dry_run; then
    run az storage blob list --account-name "$imagesAccountName" --container-name models --auth-mode login --num-results 1 --output none
  else
    wait_until "access to the blobs of $imagesAccountName" \
      "have Storage Blob Data Contributor on that account granted to you; with vnetEnabled, see vnetAllowedAddresses in infra/main.bicep." \
      may_read_models
  fi

  for key in $model_keys; do
    if [ -f "$models/$key.manifest.json" ]; then fingerprint=$(manifest_value "$key" fingerprint); else fingerprint=\$${key}_fingerprint; fi
    # The manifest last: where there is one, the model is whole.
    upload_once "$models/$key.onnx" "$key-$fingerprint.onnx"
    upload_once "$models/$key.manifest.json" "$key-$fingerprint.manifest.json"
    read_into current az functionapp config appsettings list --resource-group "$group" --name "$functionAppName" \
      --query "[?name=='Models__Versions__$key'].value" --output tsv
    [ "$current" = "$fingerprint" ] || changed=true
    settings=(${settings[@]+"${settings[@]}"} "Models__Versions__$key=$fingerprint")
    # azd passes it to main.bicep the next time.
    if $from_azd; then run azd env set "PIPELINE_$(printf '%s' "$key" | tr '[:lower:]' '[:upper:]')_VERSION" "$fingerprint"; fi
  done

  [ ! -f "$models/imagenet_class_index.json" ] || upload_once "$models/imagenet_class_index.json" imagenet_class_index.json
  if $changed; then
    # Without output: a list of all settings is nothing for a log.
    run az functionapp config appsettings set --resource-group "$group" --name "$functionAppName" --settings "${settings[@]}" --output none
  else
    say "The app runs these versions."
  fi
}

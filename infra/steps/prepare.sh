# shellcheck shell=bash
# What has to be so before anything is created. Sourced by deploy.sh.

check_tools() {
  step tools "the Azure CLI 2.60, the .NET SDK 10, zip and curl are here, and somebody is signed in"
  local tool version='' subscription=''
  for tool in az dotnet zip curl; do
    $dry_run || command -v "$tool" >/dev/null 2>&1 || fail "there is no '$tool' on the PATH." "$(tool_remedy "$tool")"
  done

  read_into version az version --query '"azure-cli"' --output tsv
  $dry_run || at_least_2_60 "$version" || fail "the Azure CLI is $version; 2.60 or later is needed." "az upgrade"
  run dotnet --list-sdks >"$commands_folder/sdks"
  if $dry_run; then cat "$commands_folder/sdks"; else
    grep -q '^10\.' "$commands_folder/sdks" ||
      fail "there is no .NET SDK 10 (there is: $(tr '\n' ';' <"$commands_folder/sdks"))." "$(tool_remedy dotnet)"
  fi

  read_into subscription az account show --query name --output tsv
  say "Subscription: $subscription"
}

tool_remedy() {
  case $1 in
    az) echo "install the Azure CLI: https://learn.microsoft.com/cli/azure/install-azure-cli" ;;
    dotnet) echo "install the .NET SDK 10: https://dotnet.microsoft.com/download/dotnet/10.0" ;;
    *) echo "install $1 with the system's package manager (apt-get install $1, brew install $1)." ;;
  esac
}

at_least_2_60() {
  local major=${1%%.*} rest=${1#*.}
  [ "$major" -gt 2 ] || { [ "$major" -eq 2 ] && [ "${rest%%.*}" -ge 60 ]; }
}

check_region() {
  step region "$location offers Flex Consumption"
  local regions=''
  read_into regions az functionapp list-flexconsumption-locations --query '[].name' --output tsv
  $dry_run || printf '%s\n' "$regions" | grep -qx "$location" ||
    fail "the region '$location' does not offer Flex Consumption. These do: $(printf '%s' "$regions" | tr '\n' ' ')" \
      "choose one of them with -l."
}

create_group() {
  step group "the resource group $group"
  local exists=''
  read_into exists az group exists --name "$group"
  # One that is there keeps its region: what is in it may lie in another.
  if [ "$exists" = true ]; then say "It is there."; else
    run az group create --name "$group" --location "$location" --output none
  fi
}

# Asked of Azure as the effective permissions, so that it holds for people, service principals and roles by group alike.
check_permissions() {
  step permissions "the signed-in identity may grant the app's identity its roles"
  local subscription_id='' actions=''
  read_into subscription_id az account show --query id --output tsv
  read_into actions az rest --method get \
    --url "/subscriptions/$subscription_id/resourcegroups/$group/providers/Microsoft.Authorization/permissions?api-version=2022-04-01" \
    --query "value[?!contains(notActions, 'Microsoft.Authorization/*/Write')].actions[]" --output tsv
  $dry_run || printf '%s\n' "$actions" | grep -qixF -e '*' -e 'Microsoft.Authorization/*' \
    -e 'Microsoft.Authorization/roleAssignments/*' -e 'Microsoft.Authorization/roleAssignments/write' ||
    fail "the signed-in identity may not write role assignments in $group." "$(remedy_for AuthorizationFailed)"
}

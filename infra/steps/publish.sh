# shellcheck shell=bash
# The code: built, packed, handed over. Sourced by deploy.sh.

package_limit=100000000

publish() {
  step publish "the app is built for Azure, packed and handed to $functionAppName"
  local folder=$work/publish package=$work/app.zip size
  run rm -rf "$folder" "$package"
  run dotnet publish "$root/src/Pipeline.Functions" -c Release -r linux-x64 --no-self-contained \
    -o "$folder" --nologo
  # .azurefunctions is a folder that the host needs: a zip of '.', not of '*'.
  run sh -c 'cd "$1" && exec zip -q -r "$2" .' zip "$folder" "$package"
  if ! $dry_run; then
    size=$(wc -c <"$package" | tr -d ' ')
    [ "$size" -lt "$package_limit" ] ||
      fail "the package is $((size / 1000000)) MB; it has to be under 100 MB." \
        "look into $folder for what does not belong there: models go to the container 'models'."
    say "Package: $((size / 1000000)) MB"
  fi

  run az functionapp deployment source config-zip --resource-group "$group" --name "$functionAppName" \
    --src "$package" --timeout 900 --output none
}

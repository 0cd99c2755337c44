#!/usr/bin/env pwsh
# infra/deploy.sh for PowerShell 7.3, step by step: ./infra/deploy.ps1 -ResourceGroup GROUP -Location REGION
# The reasons for the steps and their order stand in deploy.sh and infra/steps.
#requires -Version 7.3
[CmdletBinding()]
param(
  [Parameter(Mandatory)] [string] $ResourceGroup,
  [Parameter(Mandatory)] [string] $Location,
  [ValidatePattern('^[a-z0-9-]{2,16}$')] [string] $Name = 'pipeline',
  [ValidateSet(2048, 4096)] [int] $Memory = 2048,
  [string[]] $Parameter = @(),
  [ValidateSet('tools', 'models', 'region', 'group', 'permissions', 'what-if', 'provision', 'upload', 'publish', 'events', 'smoke-test')]
  [string[]] $Only = @('tools', 'models', 'region', 'group', 'permissions', 'what-if', 'provision', 'upload', 'publish',
    'events', 'smoke-test'),
  [switch] $Yes,
  [switch] $SkipWhatIf,
  [switch] $AllowUntrained,
  [switch] $Azd,
  [switch] $DryRun
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# Quotes in an argument reach az as they are.
$PSNativeCommandArgumentPassing = 'Standard'
# Exit codes are looked at here, with an explanation.
$PSNativeCommandUseErrorActionPreference = $false

$infra = $PSScriptRoot
$root = Split-Path $infra
$models = $env:PIPELINE_MODELS ? $env:PIPELINE_MODELS : (Join-Path $root 'models')
$work = $env:PIPELINE_WORK ? $env:PIPELINE_WORK : (Join-Path $root '.pipeline')
$tries = $env:PIPELINE_TRIES ? [int]$env:PIPELINE_TRIES : 60
$pause = $env:PIPELINE_PAUSE_SECONDS ? [int]$env:PIPELINE_PAUSE_SECONDS : 10
$modelKeys = 'vgg16', 'resnet50'
$sample = 'deploy-check/vase-1.jpg'
$Location = $Location.ToLowerInvariant().Replace(' ', '')
$script:stepName = 'start'

function Step([string] $name, [string] $what) {
  $script:stepName = $name
  Write-Host ($DryRun ? "`n# ${name}: $what" : "`n== ${name}: $what")
}

function Say([string] $what) { Write-Host ($DryRun ? "# $what" : "   $what") }

function Fail([string] $what, [string] $remedy) {
  [Console]::Error.WriteLine("`nStep ""$script:stepName"" failed: $what`nWhat to do: $remedy")
  exit 1
}

# Azure's error codes as sentences, as in infra/steps/failures.sh.
$failures = @(
  @('StorageAccountAlreadyTaken|StorageAccountAlreadyExists', 'a storage account of that name belongs to somebody else.',
    'choose another first part of the names with -Name.'),
  @('MissingSubscriptionRegistration', 'the subscription has not registered a resource provider that is needed.',
    'register the provider that the message names: az provider register --wait --namespace NAMESPACE'),
  @('RequestDisallowedByPolicy', 'a policy of the organisation forbids a resource as it is described.',
    'ask for an exemption from the policy that the message names, or meet it with -Parameter NAME=VALUE (parameters: infra/main.bicep).'),
  @('LocationNotAvailableFor', 'the region does not offer a resource that is needed.', 'choose another region with -Location.'),
  @('AuthorizationPermissionMismatch', 'the signed-in identity may not read or write the blobs of the images account.',
    'have somebody with the role Owner grant you Storage Blob Data Contributor on the images account, wait five minutes.'),
  @('AuthorizationFailure|PublicAccessNotPermitted', 'the network rules of the storage account let nothing in from here.',
    'run this from inside the virtual network, or let your address in with the parameter vnetAllowedAddresses.'),
  @('AuthorizationFailed', 'the signed-in identity lacks a permission.',
    'ask for the role Owner on the resource group, or Contributor with User Access Administrator (the app''s identity is granted roles).'),
  @('SubscriptionIsOverQuotaForSku|QuotaExceeded', 'the subscription''s quota in the region is used up.',
    'ask for more quota in the portal (Quotas), choose another region, or lower -Parameter maximumInstanceCount=N.'),
  @('InvalidTemplate', 'Azure refused the template before it created anything.',
    'see the inner error above; az deployment group validate with the same arguments shows it alone.'),
  @('az login|AADSTS', 'the sign-in has run out.', 'sign in: az login'),
  @('', 'the command above ended with an error.', 'see its message above.'))

# Event Grid's messages repeat the webhook's address, and with it a key: it is hidden.
function Hide-Key([string] $text) { $text -replace '([?&]code=)[^&"''\s]*', '$1(hidden)' }

function Format-Command([string[]] $command) {
  ($command | ForEach-Object { $_ -match '^[\w./:=@%+,\\-]+$' ? $_ : "'" + $_.Replace("'", "''") + "'" }) -join ' '
}

# Runs a command and returns what it writes; in a dry run prints it and returns nothing.
function Run([string[]] $command) {
  if ($DryRun) {
    Write-Host (Format-Command $command)
    return
  }

  $errors = New-TemporaryFile
  $program, $arguments = $command
  $output = & $program @arguments 2>$errors
  $code = $LASTEXITCODE
  $text = Hide-Key (Get-Content -Raw $errors)
  Remove-Item $errors
  if ($code -ne 0) {
    [Console]::Error.WriteLine("`nThis failed: $(Format-Command $command)`n$text")
    $known = $failures | Where-Object { $text -match $_[0] } | Select-Object -First 1
    Fail $known[1] "$($known[2]) Then run the same command again: what is done already is kept."
  }

  $output
}

function Wait-Until([string] $what, [string] $remedy, [scriptblock] $test) {
  if ($DryRun) { Write-Host "# repeated until it succeeds:$test"; return }
  for ($attempt = 1; -not (& $test); $attempt++) {
    if ($attempt -ge $tries) { Fail "$what did not happen in $tries tries, $pause seconds apart." $remedy }
    Say "Waiting for: $what ($attempt of $tries)"
    Start-Sleep -Seconds $pause
  }
}

function Get-Manifest([string] $key) { Get-Content -Raw (Join-Path $models "$key.manifest.json") | ConvertFrom-Json }

function Test-Models {
  Step 'models' 'the networks are built and trained'
  foreach ($key in $modelKeys) {
    if (-not ((Test-Path (Join-Path $models "$key.onnx")) -and (Test-Path (Join-Path $models "$key.manifest.json")))) {
      if ($DryRun) { Say "$key.onnx is not there yet: ./pipeline models pull"; continue }
      Fail "there is no $key.onnx with its manifest in $models." './pipeline models pull'
    }

    if (-not $AllowUntrained -and (Get-Manifest $key).weights -eq 'untrained') {
      Fail "$key.onnx has untrained weights: its search would mean nothing." `
        './pipeline models pull --force, or -AllowUntrained to try the deployment out.'
    }
  }
}

function Get-Version([string] $app, [string] $key) {
  Run @('az', 'functionapp', 'config', 'appsettings', 'list', '--resource-group', $ResourceGroup, '--name', $app,
    '--query', "[?name=='Models__Versions__$key'].value", '--output', 'tsv')
}

# main.bicep writes the settings whole: the versions that a running app has are passed on.
function Get-TemplateParameters {
  $backtick = [char]96
  $app = Run @('az', 'functionapp', 'list', '--resource-group', $ResourceGroup, '--query',
    "[?starts_with(name, '$Name-') && length(name) == $backtick$($Name.Length + 14)$backtick].name", '--output', 'tsv')
  $result = @("name=$Name", "location=$Location", "instanceMemoryMB=$Memory") + $Parameter
  if ($app) {
    $versions = [ordered]@{}
    foreach ($key in $modelKeys) {
      $version = Get-Version $app $key
      if ($version) { $versions[$key] = $version }
    }

    $result += "modelVersions=$($versions | ConvertTo-Json -Compress)"
  }

  $result
}

function Send-Once([string] $file, [string] $blob) {
  $there = Run @('az', 'storage', 'blob', 'list', '--account-name', $imagesAccountName, '--container-name', 'models', '--auth-mode', 'login',
    '--prefix', $blob, '--query', "[?name=='$blob'].properties.contentLength | [0]", '--output', 'tsv')
  if (-not $DryRun -and $there -eq (Get-Item $file).Length) { Say "$blob is there."; return }
  Run @('az', 'storage', 'blob', 'upload', '--account-name', $imagesAccountName, '--container-name', 'models', '--auth-mode', 'login',
    '--file', $file, '--name', $blob, '--overwrite', 'true', '--no-progress', '--output', 'none')
}

if ('tools' -in $Only) {
  Step 'tools' 'the Azure CLI 2.60 and the .NET SDK 10 are here, and somebody is signed in'
  if (-not $DryRun) {
    if (-not (Get-Command az -ErrorAction Ignore)) { Fail "there is no 'az' on the PATH." 'https://learn.microsoft.com/cli/azure/install-azure-cli' }
    if (-not (Get-Command dotnet -ErrorAction Ignore)) { Fail "there is no 'dotnet' on the PATH." 'https://dotnet.microsoft.com/download/dotnet/10.0' }
  }

  $version = Run @('az', 'version', '--query', '"azure-cli"', '--output', 'tsv')
  if (-not $DryRun -and [version]$version -lt [version]'2.60.0') { Fail "the Azure CLI is $version; 2.60 or later is needed." 'az upgrade' }
  $sdks = Run @('dotnet', '--list-sdks')
  if (-not $DryRun -and -not ($sdks -match '^10\.')) { Fail 'there is no .NET SDK 10.' 'https://dotnet.microsoft.com/download/dotnet/10.0' }
  Say "Subscription: $(Run @('az', 'account', 'show', '--query', 'name', '--output', 'tsv'))"
}

if ('models' -in $Only) { Test-Models }

if ('region' -in $Only) {
  Step 'region' "$Location offers Flex Consumption"
  $regions = Run @('az', 'functionapp', 'list-flexconsumption-locations', '--query', '[].name', '--output', 'tsv')
  if (-not $DryRun -and $Location -notin $regions) {
    Fail "the region '$Location' does not offer Flex Consumption. These do: $regions" 'choose one of them with -Location.'
  }
}

if ('group' -in $Only) {
  Step 'group' "the resource group $ResourceGroup"
  $exists = Run @('az', 'group', 'exists', '--name', $ResourceGroup)
  if ($exists -ne 'true') { Run @('az', 'group', 'create', '--name', $ResourceGroup, '--location', $Location, '--output', 'none') }
}

if ('permissions' -in $Only) {
  Step 'permissions' "the signed-in identity may grant the app's identity its roles"
  $subscription = Run @('az', 'account', 'show', '--query', 'id', '--output', 'tsv')
  $actions = Run @('az', 'rest', '--method', 'get', '--url',
    "/subscriptions/$subscription/resourcegroups/$ResourceGroup/providers/Microsoft.Authorization/permissions?api-version=2022-04-01",
    '--query', "value[?!contains(notActions, 'Microsoft.Authorization/*/Write')].actions[]", '--output', 'tsv')
  $enough = '*', 'Microsoft.Authorization/*', 'Microsoft.Authorization/roleAssignments/*', 'Microsoft.Authorization/roleAssignments/write'
  if (-not $DryRun -and -not ($actions | Where-Object { $_ -in $enough })) {
    Fail "the signed-in identity may not write role assignments in $ResourceGroup." `
      'ask for the role Owner on the resource group, or Contributor with User Access Administrator.'
  }
}

if ('what-if' -in $Only -and -not $SkipWhatIf) {
  Step 'what-if' 'what would change'
  Run (@('az', 'deployment', 'group', 'what-if', '--resource-group', $ResourceGroup, '--template-file', "$infra/main.bicep", '--parameters') +
    @(Get-TemplateParameters)) | Write-Host
  if (-not ($Yes -or $Azd -or $DryRun) -and (Read-Host 'Go on? [y/N]') -notin 'y', 'yes') {
    Fail 'the answer was not y; nothing but the resource group was made.' 'answer y, or pass -Yes where nobody can be asked.'
  }
}

if ('provision' -in $Only) {
  Step 'provision' 'the resources of infra/main.bicep (minutes the first time)'
  Run (@('az', 'deployment', 'group', 'create', '--resource-group', $ResourceGroup, '--name', 'pipeline', '--template-file', "$infra/main.bicep",
      '--parameters') + @(Get-TemplateParameters) + @('--output', 'none'))
}

$functionAppName = $functionAppUrl = $imagesAccountName = $systemTopicName = ''
if ($Only | Where-Object { $_ -in 'upload', 'publish', 'events', 'smoke-test' }) {
  Step 'outputs' 'names of what was made'
  foreach ($output in 'functionAppName', 'functionAppUrl', 'imagesAccountName', 'systemTopicName') {
    $value = $Azd ? [Environment]::GetEnvironmentVariable($output) : (Run @('az', 'deployment', 'group', 'show', '--resource-group', $ResourceGroup,
        '--name', 'pipeline', '--query', "properties.outputs.$output.value", '--output', 'tsv'))
    if ($DryRun) { $value = $output.ToUpperInvariant() }
    if (-not $value) { Fail "there is no output '$output'." 'run the whole command again, without -Only.' }
    Set-Variable $output $value
  }
}

if ('upload' -in $Only) {
  if ('models' -notin $Only) { Test-Models }
  Step 'models' "the networks go to the container 'models', then the app is told which to run"
  Wait-Until "access to the blobs of $imagesAccountName" 'have the role Storage Blob Data Contributor on the images account granted to you.' {
    az storage blob list --account-name $imagesAccountName --container-name models --auth-mode login --num-results 1 --output none
    $LASTEXITCODE -eq 0
  }
  $settings = @()
  $changed = $false
  foreach ($key in $modelKeys) {
    if ($DryRun -and -not (Test-Path (Join-Path $models "$key.manifest.json"))) { continue }
    $fingerprint = (Get-Manifest $key).fingerprint
    Send-Once (Join-Path $models "$key.onnx") "$key-$fingerprint.onnx"
    Send-Once (Join-Path $models "$key.manifest.json") "$key-$fingerprint.manifest.json"
    if ((Get-Version $functionAppName $key) -ne $fingerprint) { $changed = $true }
    $settings += "Models__Versions__$key=$fingerprint"
    if ($Azd) { Run @('azd', 'env', 'set', "PIPELINE_$($key.ToUpperInvariant())_VERSION", $fingerprint) }
  }

  $classes = Join-Path $models 'imagenet_class_index.json'
  if (Test-Path $classes) { Send-Once $classes 'imagenet_class_index.json' }
  if ($changed) {
    Run (@('az', 'functionapp', 'config', 'appsettings', 'set', '--resource-group', $ResourceGroup, '--name', $functionAppName, '--settings') +
      $settings + @('--output', 'none'))
  }
}

if ('publish' -in $Only) {
  Step 'publish' "the app is built for Azure, packed and handed to $functionAppName"
  $folder = Join-Path $work 'publish'
  $package = Join-Path $work 'app.zip'
  if (-not $DryRun) { Remove-Item -Recurse -Force -ErrorAction Ignore $folder, $package }
  Run @('dotnet', 'publish', "$root/src/Pipeline.Functions", '-c', 'Release', '-r', 'linux-x64', '--no-self-contained', '-o', $folder, '--nologo') | Write-Host
  if ($DryRun) { Say "$folder is packed as $package" } else {
    # Compress-Archive leaves hidden folders out on Unix; .azurefunctions is one that the host needs.
    [IO.Compression.ZipFile]::CreateFromDirectory($folder, $package)
    $size = (Get-Item $package).Length
    if ($size -ge 100000000) { Fail "the package is $([int]($size / 1e6)) MB; it has to be under 100 MB." `
        "look into $folder for what does not belong there." }
  }

  Run @('az', 'functionapp', 'deployment', 'source', 'config-zip', '--resource-group', $ResourceGroup, '--name', $functionAppName, '--src', $package,
    '--timeout', '900', '--output', 'none')
}

if ('events' -in $Only) {
  Step 'events' 'Event Grid tells the app about images'
  Wait-Until "the webhook key of $functionAppName" 'see in the portal (Diagnose and solve problems) why the host does not start.' {
    (az functionapp keys list --resource-group $ResourceGroup --name $functionAppName --query 'systemKeys.blobs_extension != `null`' --output tsv) -eq 'true'
  }
  Run @('az', 'deployment', 'group', 'create', '--resource-group', $ResourceGroup, '--name', 'pipeline-events', '--template-file',
    "$infra/events.bicep", '--parameters', "functionAppName=$functionAppName", "imagesAccountName=$imagesAccountName",
    "systemTopicName=$systemTopicName", '--output', 'none')
}

if ('smoke-test' -in $Only) {
  Step 'smoke-test' 'a sample is uploaded and has to be found'
  Run @('az', 'storage', 'blob', 'upload', '--account-name', $imagesAccountName, '--container-name', 'images', '--auth-mode', 'login',
    '--file', "$root/samples/vase-1.jpg", '--name', $sample, '--overwrite', 'true', '--no-progress', '--output', 'none')
  $functionKey = Run @('az', 'functionapp', 'keys', 'list', '--resource-group', $ResourceGroup, '--name', $functionAppName,
    '--query', 'functionKeys.default', '--output', 'tsv')
  Wait-Until "an answer about $sample from $functionAppUrl" "see $functionAppUrl/api/health, and the failures in Application Insights." {
    $answer = Invoke-WebRequest "$functionAppUrl/api/similar/${sample}?top=1" -Headers @{ 'x-functions-key' = $functionKey } -SkipHttpErrorCheck -TimeoutSec 60
    $answer.StatusCode -eq 200
  }
  Run @('az', 'storage', 'blob', 'delete', '--account-name', $imagesAccountName, '--container-name', 'images', '--auth-mode', 'login',
    '--name', $sample, '--output', 'none')
}

if (-not $DryRun) { Write-Host "`nDone. $functionAppUrl" }

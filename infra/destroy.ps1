#!/usr/bin/env pwsh
# Deletes the resource group with everything in it, images and embeddings included: ./infra/destroy.ps1 -ResourceGroup GROUP [-Yes] [-DryRun]
#requires -Version 7.3
[CmdletBinding()]
param([Parameter(Mandatory)] [string] $ResourceGroup, [switch] $Yes, [switch] $DryRun)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

if ($DryRun) {
  $quoted = "'" + $ResourceGroup.Replace("'", "''") + "'"
  Write-Host "az group exists --name $quoted"
  Write-Host "az resource list --resource-group $quoted --query '[].{type: type, name: name}' --output table"
  Write-Host "az group delete --name $quoted --yes"
  exit 0
}

if ((az group exists --name $ResourceGroup) -eq 'false') {
  Write-Host "There is no resource group '$ResourceGroup': nothing to delete."
  exit 0
}

az resource list --resource-group $ResourceGroup --query '[].{type: type, name: name}' --output table
if (-not $Yes -and (Read-Host "All of this is deleted for good, the images included. Type the name of the resource group to go on") -cne $ResourceGroup) {
  [Console]::Error.WriteLine('That is not its name; nothing was deleted. Type the name exactly, or pass -Yes in a script.')
  exit 1
}

az group delete --name $ResourceGroup --yes

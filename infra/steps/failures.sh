# shellcheck shell=bash
# Azure's error codes as sentences: what was wrong, and what to do about it. Sourced.

what_failed() {
  case $1 in
    *StorageAccountAlreadyTaken* | *StorageAccountAlreadyExists*) echo "a storage account of that name belongs to somebody else." ;;
    *MissingSubscriptionRegistration*) echo "the subscription has not registered a resource provider that is needed." ;;
    *RequestDisallowedByPolicy*) echo "a policy of the organisation forbids a resource as it is described." ;;
    *LocationNotAvailableForResourceType* | *LocationNotAvailableForResourceGroup*) echo "the region does not offer a resource that is needed." ;;
    *AuthorizationPermissionMismatch*) echo "the signed-in identity may not read or write the blobs of the images account." ;;
    *AuthorizationFailure* | *PublicAccessNotPermitted*) echo "the network rules of the storage account let nothing in from here." ;;
    *AuthorizationFailed*) echo "the signed-in identity lacks a permission." ;;
    *SubscriptionIsOverQuotaForSku* | *QuotaExceeded*) echo "the subscription's quota in the region is used up." ;;
    *InvalidTemplateDeployment* | *InvalidTemplate*) echo "Azure refused the template before it created anything." ;;
    *"az login"* | *AADSTS*) echo "the sign-in has run out." ;;
    *) echo "the command above ended with an error." ;;
  esac
}

remedy_for() {
  case $1 in
    *StorageAccountAlreadyTaken* | *StorageAccountAlreadyExists*)
      echo "choose another first part of the names with --name." ;;
    *MissingSubscriptionRegistration*)
      echo "register the provider that the message names: az provider register --wait --namespace NAMESPACE" ;;
    *RequestDisallowedByPolicy*)
      echo "ask for an exemption from the policy that the message names, or meet it with --parameter NAME=VALUE (parameters: infra/main.bicep)." ;;
    *LocationNotAvailableForResourceType* | *LocationNotAvailableForResourceGroup*)
      echo "choose another region with -l: az functionapp list-flexconsumption-locations --query '[].name' --output tsv" ;;
    *AuthorizationPermissionMismatch*)
      echo "have somebody with the role Owner grant you Storage Blob Data Contributor on the images account, wait five minutes." ;;
    *AuthorizationFailure* | *PublicAccessNotPermitted*)
      echo "run this from inside the virtual network, or let your address in with --parameter 'vnetAllowedAddresses=[\"ADDRESS\"]'." ;;
    *AuthorizationFailed*)
      echo "ask for the role Owner on the resource group, or Contributor with User Access Administrator (the app's identity is granted roles)." ;;
    *SubscriptionIsOverQuotaForSku* | *QuotaExceeded*)
      echo "ask for more quota in the portal (Quotas), choose another region with -l, or lower --parameter maximumInstanceCount=N." ;;
    *InvalidTemplateDeployment* | *InvalidTemplate*)
      echo "see the inner error above; az deployment group validate with the same arguments shows it alone." ;;
    *"az login"* | *AADSTS*)
      echo "sign in: az login" ;;
    *) echo "see its message above." ;;
  esac
}

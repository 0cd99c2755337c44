metadata description = 'A storage account that knows no key and no anonymous reader, with its containers, queues and tables.'

@description('Name of the account.')
@minLength(3)
@maxLength(24)
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('How the account keeps its copies.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param sku string

@description('Containers to create.')
param containers string[]

@description('Queues to create.')
param queues string[] = []

@description('Tables to create.')
param tables string[] = []

@description('Keeps what is overwritten or deleted in the account: versions of blobs, soft delete of blobs and containers.')
param keepsDeleted bool = false

@description('Days that deleted blobs, deleted containers and old versions are kept.')
@minValue(1)
@maxValue(365)
param retentionDays int = 14

@description('Containers whose blobs go after retentionDays: dead-lettered events, and thumbnails, which are made again when they are asked for.')
param expiringContainers string[] = []

@description('Lets only private endpoints and trusted Azure services in.')
param privateOnly bool = false

@description('Public IPv4 addresses or CIDR ranges that have access although privateOnly is set, for example that of the machine that uploads the models.')
param allowedAddresses string[] = []

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateOnly && empty(allowedAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: privateOnly ? 'Deny' : 'Allow'
      // Event Grid is no part of the virtual network: it puts messages and dead letters as a trusted service, by the topic's own identity.
      // That exception stays in force where public access is disabled.
      bypass: 'AzureServices'
      ipRules: [for address in allowedAddresses: { value: address, action: 'Allow' }]
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: keepsDeleted
    deleteRetentionPolicy: keepsDeleted ? { enabled: true, days: retentionDays } : { enabled: false }
    containerDeleteRetentionPolicy: keepsDeleted ? { enabled: true, days: retentionDays } : { enabled: false }
  }

  resource container 'containers' = [
    for container in containers: {
      name: container
      properties: { publicAccess: 'None' }
    }
  ]
}

// Versions and snapshots are not touched by soft delete's clock: without this rule every overwritten image is paid for ever after.
var oldVersions = {
  name: 'old-versions'
  enabled: true
  type: 'Lifecycle'
  definition: {
    filters: { blobTypes: ['blockBlob'] }
    actions: {
      version: { delete: { daysAfterCreationGreaterThan: retentionDays } }
      snapshot: { delete: { daysAfterCreationGreaterThan: retentionDays } }
    }
  }
}

var oldBlobs = [
  for container in expiringContainers: {
    name: 'old-${container}'
    enabled: true
    type: 'Lifecycle'
    definition: {
      filters: { blobTypes: ['blockBlob'], prefixMatch: ['${container}/'] }
      actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: retentionDays } } }
    }
  }
]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = if (keepsDeleted) {
  parent: account
  name: 'default'
  properties: {
    policy: { rules: concat([oldVersions], oldBlobs) }
  }
  // The rules speak of versions: the account must know them first.
  dependsOn: [blobs]
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'

  resource queue 'queues' = [for queue in queues: { name: queue }]
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = {
  parent: account
  name: 'default'

  resource table 'tables' = [for table in tables: { name: table }]
}

@description('Resource id of the account.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

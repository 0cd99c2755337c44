metadata description = 'What the app and whoever operates it may do: each role at the narrowest scope that works.'

@description('Name of the app\'s user-assigned identity.')
param identityName string

@description('Storage account of the host.')
param hostAccountName string

@description('Storage account of the images; the same as the host\'s where there is one.')
param imagesAccountName string

@description('Container of the images.')
param imagesContainer string

@description('Container of the models.')
param modelsContainer string

@description('Container of the index\'s own state: which models run, how far a backfill is.')
param stateContainer string

@description('Container of the thumbnails.')
param thumbnailsContainer string

@description('Queues of the images account that the app reads or writes.')
param queues string[]

@description('Name of the Application Insights resource.')
param applicationInsightsName string

@description('Object id of the identity that uploads models and images and reads the poison queue. Empty: none.')
param operatorPrincipalId string

// Leases, receipts, keys and the deployed package: the host makes its own containers, so the scope is the account. The binding's
// documentation names Storage Account Contributor, too: that is for switching on $logs, which triggers by Event Grid never read.
var storageBlobDataOwner = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b')

// The host's queue of blobs to be worked on, named after the host: on the host account the scope is the account. On the images account
// it is each queue: deletions are read, what fails five times is put among the poison.
var storageQueueDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '974c5e8b-45b9-4653-ba55-5f855dd0fb88')

// The host writes its diagnostic events into tables named by month, the app creates its tables where they are missing: both accounts whole.
var storageTableDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')

// An instance fetches the models and never writes them.
var storageBlobDataReader = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1')

// The app makes and deletes thumbnails. The operator uploads models and images; both the app and the operator keep the state of a backfill, and hold its lease.
var storageBlobDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')

// The key that the images' addresses in responses are signed with. Storage gives it for the account or not at all; what an address then
// opens is what the app's other roles let it read.
var storageBlobDelegator = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a')

// The table Failures records why an image failed, and the keys of the table Embeddings say what is indexed: the operator reads them with
// the poison queue and to see what a backfill has to do.
var storageTableDataReader = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '76199698-9eea-4c19-bc75-cec21354c6b6')

// Telemetry: the component takes it from Entra ID only.
var monitoringMetricsPublisher = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')

var separateAccounts = hostAccountName != imagesAccountName

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: identityName
}

resource hostAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: hostAccountName
}

resource imagesAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: imagesAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource images 'containers' existing = {
      name: imagesContainer
    }

    resource models 'containers' existing = {
      name: modelsContainer
    }

    resource state 'containers' existing = {
      name: stateContainer
    }

    resource thumbnails 'containers' existing = {
      name: thumbnailsContainer
    }
  }

  resource queueService 'queueServices' existing = {
    name: 'default'

    resource queue 'queues' existing = [for queue in queues: { name: queue }]
  }

  resource tableService 'tableServices' existing = {
    name: 'default'

    resource embeddings 'tables' existing = {
      name: 'Embeddings'
    }

    resource failures 'tables' existing = {
      name: 'Failures'
    }
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource hostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostAccount.id, identity.id, storageBlobDataOwner)
  scope: hostAccount
  properties: {
    roleDefinitionId: storageBlobDataOwner
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource hostQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostAccount.id, identity.id, storageQueueDataContributor)
  scope: hostAccount
  properties: {
    roleDefinitionId: storageQueueDataContributor
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource hostTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostAccount.id, identity.id, storageTableDataContributor)
  scope: hostAccount
  properties: {
    roleDefinitionId: storageTableDataContributor
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// The trigger's documentation asks for Owner; by Event Grid it looks at no other container and at nothing of the account, so this one is
// enough.
resource imagesRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(imagesAccount::blobs::images.id, identity.id, storageBlobDataOwner)
  scope: imagesAccount::blobs::images
  properties: {
    roleDefinitionId: storageBlobDataOwner
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource modelsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(imagesAccount::blobs::models.id, identity.id, storageBlobDataReader)
  scope: imagesAccount::blobs::models
  properties: {
    roleDefinitionId: storageBlobDataReader
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource stateRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(imagesAccount::blobs::state.id, identity.id, storageBlobDataContributor)
  scope: imagesAccount::blobs::state
  properties: {
    roleDefinitionId: storageBlobDataContributor
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource thumbnailsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(imagesAccount::blobs::thumbnails.id, identity.id, storageBlobDataContributor)
  scope: imagesAccount::blobs::thumbnails
  properties: {
    roleDefinitionId: storageBlobDataContributor
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// With one account the host's role of an owner has it.
resource delegatorRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (separateAccounts) {
  name: guid(imagesAccount.id, identity.id, storageBlobDelegator)
  scope: imagesAccount
  properties: {
    roleDefinitionId: storageBlobDelegator
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource queueRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in queues: {
    name: guid(imagesAccount::queueService::queue[index].id, identity.id, storageQueueDataContributor)
    scope: imagesAccount::queueService::queue[index]
    properties: {
      roleDefinitionId: storageQueueDataContributor
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// With one account the host's own role, above, is this very one: Azure refuses the same assignment twice.
resource tablesRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (separateAccounts) {
  name: guid(imagesAccount.id, identity.id, storageTableDataContributor)
  scope: imagesAccount
  properties: {
    roleDefinitionId: storageTableDataContributor
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource telemetryRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(applicationInsights.id, identity.id, monitoringMetricsPublisher)
  scope: applicationInsights
  properties: {
    roleDefinitionId: monitoringMetricsPublisher
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource operatorImages 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(imagesAccount::blobs::images.id, operatorPrincipalId, storageBlobDataContributor)
  scope: imagesAccount::blobs::images
  properties: { roleDefinitionId: storageBlobDataContributor, principalId: operatorPrincipalId }
}

resource operatorModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(imagesAccount::blobs::models.id, operatorPrincipalId, storageBlobDataContributor)
  scope: imagesAccount::blobs::models
  properties: { roleDefinitionId: storageBlobDataContributor, principalId: operatorPrincipalId }
}

resource operatorState 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(imagesAccount::blobs::state.id, operatorPrincipalId, storageBlobDataContributor)
  scope: imagesAccount::blobs::state
  properties: { roleDefinitionId: storageBlobDataContributor, principalId: operatorPrincipalId }
}

resource operatorQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in queues: if (!empty(operatorPrincipalId)) {
    name: guid(imagesAccount::queueService::queue[index].id, operatorPrincipalId, storageQueueDataContributor)
    scope: imagesAccount::queueService::queue[index]
    properties: { roleDefinitionId: storageQueueDataContributor, principalId: operatorPrincipalId }
  }
]

resource operatorFailures 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(imagesAccount::tableService::failures.id, operatorPrincipalId, storageTableDataReader)
  scope: imagesAccount::tableService::failures
  properties: { roleDefinitionId: storageTableDataReader, principalId: operatorPrincipalId }
}

resource operatorEmbeddings 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(imagesAccount::tableService::embeddings.id, operatorPrincipalId, storageTableDataReader)
  scope: imagesAccount::tableService::embeddings
  properties: { roleDefinitionId: storageTableDataReader, principalId: operatorPrincipalId }
}

metadata description = 'The system topic for events of the images account\'s blobs. Its subscriptions are created after the code: ../events.bicep.'

@description('Name of the system topic.')
@minLength(3)
@maxLength(50)
param name string

@description('Azure region: the account\'s.')
param location string

@description('Tags of every resource.')
param tags object

@description('Storage account whose events are published.')
param accountName string

@description('Queue that deletions are put in.')
param deletionsQueue string

@description('Container that takes events which could not be delivered.')
param deadLetterContainer string

// Puts messages in a queue and reads none.
var storageQueueDataMessageSender = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
)

// Writes blobs; there is no role that only adds them.
var storageBlobDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: accountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource deadLetters 'containers' existing = {
      name: deadLetterContainer
    }
  }

  resource queues 'queueServices' existing = {
    name: 'default'

    resource deletions 'queues' existing = {
      name: deletionsQueue
    }
  }
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  // System-assigned, for a storage firewall takes only that kind as a trusted service.
  identity: { type: 'SystemAssigned' }
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource sendsDeletions 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::queues::deletions.id, topic.id, storageQueueDataMessageSender)
  scope: account::queues::deletions
  properties: {
    roleDefinitionId: storageQueueDataMessageSender
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

resource writesDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::deadLetters.id, topic.id, storageBlobDataContributor)
  scope: account::blobs::deadLetters
  properties: {
    roleDefinitionId: storageBlobDataContributor
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

@description('Name of the system topic.')
output name string = topic.name

@description('Resource id of the system topic.')
output id string = topic.id

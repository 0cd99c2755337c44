metadata description = 'Second deployment, after the code: the Event Grid subscriptions. Safe to run again.'

// The webhook's key, blobs_extension, is made by the host when it first starts with the blob functions. Before the code is deployed
// there is none, and Event Grid checks the address when a subscription is created: so it is a separate deployment, after the code.

@description('Name of the function app: main.bicep\'s output functionAppName.')
@minLength(2)
@maxLength(32)
param functionAppName string

@description('Name of the system topic: main.bicep\'s output systemTopicName.')
@minLength(3)
@maxLength(50)
param systemTopicName string

@description('Name of the images account: main.bicep\'s output imagesAccountName.')
@minLength(3)
@maxLength(24)
param imagesAccountName string

@description('Deliveries tried before an event is a dead letter.')
@minValue(1)
@maxValue(30)
param maxDeliveryAttempts int = 30

@description('Minutes an event is tried for before it is a dead letter.')
@minValue(1)
@maxValue(1440)
param eventTimeToLiveInMinutes int = 1440

var imagesContainer = 'images'
var deadLetterContainer = 'event-dead-letters'
var deletionsQueue = 'image-deletions'

// One subscription per function: the host's webhook passes an event to the one function that its address names.
var embeddings = [
  { subscription: 'embed-with-vgg16', function: 'EmbedWithVgg16' }
  { subscription: 'embed-with-resnet50', function: 'EmbedWithResNet50' }
  { subscription: 'embed-with-additional', function: 'EmbedWithAdditional' }
]

var webhook = 'https://${site.properties.defaultHostName}/runtime/webhooks/blobs'
var webhookKey = listKeys('${site.id}/host/default', '2024-04-01').systemKeys.blobs_extension
var subject = '/blobServices/default/containers/${imagesContainer}/'
var retryPolicy = { maxDeliveryAttempts: maxDeliveryAttempts, eventTimeToLiveInMinutes: eventTimeToLiveInMinutes }
var deadLetter = {
  identity: { type: 'SystemAssigned' }
  deadLetterDestination: {
    endpointType: 'StorageBlob'
    properties: { resourceId: imagesAccount.id, blobContainerName: deadLetterContainer }
  }
}

resource imagesAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: imagesAccountName
}

resource site 'Microsoft.Web/sites@2024-04-01' existing = {
  name: functionAppName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: systemTopicName
}

// One after another: Event Grid validates the webhook at once, and a cold app answers one call sooner than two.
@batchSize(1)
resource embed 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [
  for embedding in embeddings: {
    parent: topic
    name: embedding.subscription
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      destination: {
        endpointType: 'WebHook'
        properties: {
          endpointUrl: '${webhook}?functionName=Host.Functions.${embedding.function}&code=${webhookKey}'
          maxEventsPerBatch: 1
          preferredBatchSizeInKilobytes: 64
        }
      }
      filter: {
        includedEventTypes: ['Microsoft.Storage.BlobCreated']
        subjectBeginsWith: subject
        isSubjectCaseSensitive: true
      }
      retryPolicy: retryPolicy
      deadLetterWithResourceIdentity: deadLetter
    }
  }
]

// Deletions wait in a queue: the function needs no webhook, and none is lost while the app is away.
resource remove 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'remove-image'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    deliveryWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: imagesAccount.id
          queueName: deletionsQueue
          // Never: what is put in the queue stays until it is done.
          queueMessageTimeToLiveInSeconds: -1
        }
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobDeleted']
      subjectBeginsWith: subject
      isSubjectCaseSensitive: true
    }
    retryPolicy: retryPolicy
    deadLetterWithResourceIdentity: deadLetter
  }
}

@description('Names of the subscriptions.')
output subscriptions string[] = [for (embedding, index) in concat(embeddings, [{ subscription: remove.name }]): embedding.subscription]

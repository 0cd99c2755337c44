targetScope = 'resourceGroup'

metadata description = 'The image-similarity pipeline in an empty resource group, without a key. Event Grid follows the code: events.bicep.'

@description('First part of every name.')
@minLength(2)
@maxLength(16)
param name string = 'pipeline'

@description('Azure region. It must offer Flex Consumption: az functionapp list-flexconsumption-locations.')
param location string = resourceGroup().location

@description('Name of the azd environment, for its tag. Empty without azd.')
@maxLength(64)
param environmentName string = ''

@description('Further tags of every resource.')
param tags { *: string } = {}

@description('How storage keeps its copies: in one data centre (LRS) or in three zones (ZRS, where the region has zones).')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageSku string = 'Standard_LRS'

// With one account, versioning keeps the host's blobs, too, and its queue counts in the alert on queue length.
@description('Keeps the host\'s leases, receipts and packages in an account of their own.')
param separateImagesStorage bool = true

@description('Days that deleted and overwritten images, dead-lettered events and thumbnails are kept.')
@minValue(1)
@maxValue(365)
param imageRetentionDays int = 14

@description('Memory of an instance in MB. 2048 does for indexing and search of up to about 10,000 images.')
@allowed([2048, 4096])
param instanceMemoryMB int = 2048

@description('Instances at most, and so the bill\'s upper bound.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('HTTP requests an instance takes at once before another is started; host.json\'s maxConcurrentRequests.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 16

@description('Instances always ready for HTTP: no cold start, paid for by the hour. 0: none.')
@minValue(0)
@maxValue(1000)
param alwaysReadyHttp int = 0

@description('Instances always ready for blob events. 0: none.')
@minValue(0)
@maxValue(1000)
param alwaysReadyBlob int = 0

// Pass it with every deployment: settings are written whole, and what is not given here is gone from them.
@description('Fingerprint of the model file that the app runs, by the model\'s key: { resnet18: \'...\', vgg16: \'...\' }.')
param modelVersions { *: string } = {}

@description('Fingerprint of the version before, by the model\'s key: it responds to queries until the new one has embedded all images. Empty: none.')
param previousVersions { *: string } = {}

@description('Connection string of the PostgreSQL database of the embeddings, without a password: the app signs in with its identity. Empty: the tables.')
param imagesDatabase string = ''

@description('Object id of the identity that uploads models and images and reads the poison queue; by default the deploying one. Empty: none.')
param operatorPrincipalId string = deployer().objectId

@description('Address that alerts are sent to. Empty: they are seen in the portal only.')
param alertEmail string = ''

@description('Failed executions within 15 minutes that are still no alert. A bad image fails five times a model.')
@minValue(0)
@maxValue(100000)
param alertFailures int = 20

@description('95th percentile of a function\'s answers, in milliseconds, that is still no alert.')
@minValue(1)
@maxValue(230000)
param alertLatencyMilliseconds int = 2000

@description('Days that telemetry is kept; past 31 it is paid for.')
@minValue(30)
@maxValue(730)
param telemetryRetentionDays int = 30

@description('Puts storage behind private endpoints and the app into a network. Storage is closed to the public, also for uploads.')
param vnetEnabled bool = false

@description('Addresses of the virtual network, at least a /25.')
param vnetAddressPrefix string = '10.20.0.0/24'

// Addresses outside the network from which models or images are uploaded. If not empty, only these get public access.
@description('Public IPv4 addresses or CIDR ranges that may reach storage although vnetEnabled is set.')
param vnetAllowedAddresses string[] = []

// Names: letters and digits of the name, what they are, and 13 characters that differ by resource group. Storage accounts may have 24.
var suffix = uniqueString(resourceGroup().id, name)
var accountPrefix = take(replace(toLower(name), '-', ''), 7)
var imagesAccountName = '${accountPrefix}imgs${suffix}'
var hostAccountName = separateImagesStorage ? '${accountPrefix}host${suffix}' : imagesAccountName
var insightsName = '${name}-insights-${suffix}'
var allTags = union(tags, empty(environmentName) ? {} : { 'azd-env-name': environmentName })

var packageContainer = 'app-package'
var imagesContainer = 'images'
var modelsContainer = 'models'
var deadLetterContainer = 'event-dead-letters'
var stateContainer = 'index-state'
var thumbnailsContainer = 'thumbnails'
var deletionsQueue = 'image-deletions'
var backfillQueue = 'image-backfill'
var linksQueue = 'links'
// The host names a poison queue after the queue that failed, and all blob triggers share one.
var queues = [
  deletionsQueue
  '${deletionsQueue}-poison'
  backfillQueue
  '${backfillQueue}-poison'
  linksQueue
  '${linksQueue}-poison'
  'webjobs-blobtrigger-poison'
]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity-${suffix}'
  location: location
  tags: allTags
}

module imagesStorage 'modules/storage.bicep' = {
  name: 'images-storage'
  params: {
    name: imagesAccountName
    location: location
    tags: allTags
    sku: storageSku
    containers: concat(
      [imagesContainer, modelsContainer, stateContainer, thumbnailsContainer, deadLetterContainer],
      separateImagesStorage ? [] : [packageContainer]
    )
    queues: queues
    tables: ['Embeddings', 'Changes', 'Failures', 'Tags', 'Links']
    keepsDeleted: true
    retentionDays: imageRetentionDays
    expiringContainers: [deadLetterContainer, thumbnailsContainer]
    privateOnly: vnetEnabled
    allowedAddresses: vnetAllowedAddresses
  }
}

module hostStorage 'modules/storage.bicep' = if (separateImagesStorage) {
  name: 'host-storage'
  params: {
    name: hostAccountName
    location: location
    tags: allTags
    sku: storageSku
    containers: [packageContainer]
    privateOnly: vnetEnabled
    allowedAddresses: vnetAllowedAddresses
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: insightsName
    workspaceName: '${name}-logs-${suffix}'
    location: location
    tags: allTags
    retentionDays: telemetryRetentionDays
  }
}

module network 'modules/network.bicep' = if (vnetEnabled) {
  name: 'network'
  params: {
    name: '${name}-network-${suffix}'
    location: location
    tags: allTags
    addressPrefix: vnetAddressPrefix
    accountNames: union([imagesAccountName], [hostAccountName])
  }
  dependsOn: [imagesStorage, hostStorage]
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  params: {
    identityName: identity.name
    hostAccountName: hostAccountName
    imagesAccountName: imagesAccountName
    imagesContainer: imagesContainer
    modelsContainer: modelsContainer
    stateContainer: stateContainer
    thumbnailsContainer: thumbnailsContainer
    queues: queues
    applicationInsightsName: insightsName
    operatorPrincipalId: operatorPrincipalId
  }
  dependsOn: [imagesStorage, hostStorage, monitoring]
}

module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  params: {
    name: '${name}-${suffix}'
    planName: '${name}-plan-${suffix}'
    location: location
    tags: allTags
    identityName: identity.name
    hostAccountName: hostAccountName
    packageContainer: packageContainer
    imagesAccountName: imagesAccountName
    modelsContainer: modelsContainer
    modelVersions: modelVersions
    previousVersions: previousVersions
    imagesDatabase: imagesDatabase
    applicationInsightsName: insightsName
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency
    alwaysReadyHttp: alwaysReadyHttp
    alwaysReadyBlob: alwaysReadyBlob
    subnetId: network.?outputs.appSubnetId ?? ''
  }
  // Roles take minutes to spread: granted first, they hold by the time the host starts.
  dependsOn: [roles]
}

module events 'modules/events.bicep' = {
  name: 'events'
  params: {
    name: '${name}-events-${suffix}'
    location: location
    tags: allTags
    accountName: imagesAccountName
    deletionsQueue: deletionsQueue
    deadLetterContainer: deadLetterContainer
  }
  dependsOn: [imagesStorage]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: allTags
    email: alertEmail
    applicationInsightsId: monitoring.outputs.id
    imagesAccountName: imagesAccountName
    systemTopicId: events.outputs.id
    failures: alertFailures
    latencyMilliseconds: alertLatencyMilliseconds
  }
}

@description('Name of the function app.')
output functionAppName string = functionApp.outputs.name

@description('Address of the function app.')
output functionAppUrl string = functionApp.outputs.url

@description('Storage account of the images, models and embeddings.')
output imagesAccountName string = imagesStorage.outputs.name

@description('Where images are uploaded.')
output imagesContainerUrl string = 'https://${imagesAccountName}.blob.${environment().suffixes.storage}/${imagesContainer}'

@description('Where models are uploaded.')
output modelsContainerUrl string = 'https://${imagesAccountName}.blob.${environment().suffixes.storage}/${modelsContainer}'

@description('Storage account of the host.')
output hostAccountName string = hostAccountName

@description('System topic that events.bicep adds the subscriptions to.')
output systemTopicName string = events.outputs.name

@description('Application Insights resource.')
output applicationInsightsName string = monitoring.outputs.name

@description('Log Analytics workspace.')
output workspaceName string = monitoring.outputs.workspaceName

@description('User-assigned identity of the app.')
output identityName string = identity.name

@description('Client id of the app\'s identity.')
output identityClientId string = identity.properties.clientId

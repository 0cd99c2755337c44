metadata description = 'The function app on the Flex Consumption plan. It knows no key: it reaches storage and telemetry by its identity.'

@description('Name of the app. The host identifies apps that share a storage account by its first 32 characters.')
@minLength(2)
@maxLength(32)
param name string

@description('Azure region; the plan is not offered in all of them: az functionapp list-flexconsumption-locations.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the plan.')
param planName string

@description('Name of the user-assigned identity.')
param identityName string

@description('Storage account of the host: leases, receipts, deployment packages.')
param hostAccountName string

@description('Container of the host account that holds the deployed package.')
param packageContainer string

@description('Storage account of the images, models and embeddings.')
param imagesAccountName string

@description('Container of the images account that holds the models.')
param modelsContainer string

@description('Fingerprint of the model file an instance runs, by the model\'s key.')
param modelVersions { *: string }

@description('Fingerprint of the version before, by the model\'s key.')
param previousVersions { *: string }

@description('Connection string of the PostgreSQL database of the embeddings, without a password. Empty: the tables.')
param imagesDatabase string

@description('Name of the Application Insights resource.')
param applicationInsightsName string

@description('Memory of an instance in MB.')
@allowed([2048, 4096])
param instanceMemoryMB int

@description('Instances at most.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int

@description('HTTP requests an instance takes at once before another is started.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int

@description('Instances always ready for HTTP.')
@minValue(0)
@maxValue(1000)
param alwaysReadyHttp int

@description('Instances always ready for blob events.')
@minValue(0)
@maxValue(1000)
param alwaysReadyBlob int

@description('Subnet the app\'s outgoing traffic takes. Empty: none.')
param subnetId string = ''

var alwaysReady = [
  { name: 'http', instanceCount: alwaysReadyHttp }
  { name: 'blob', instanceCount: alwaysReadyBlob }
]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: identityName
}

resource hostAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: hostAccountName
}

resource imagesAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: imagesAccountName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  // azd finds the service 'api' of azure.yaml by this tag.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Event Grid calls the blobs webhook from outside any virtual network, so the app itself stays reachable; keys guard it.
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostAccount.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: filter(alwaysReady, group => group.instanceCount > 0)
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
    }
  }

  // The publishing password is a key, too: packages are deployed with Entra ID.
  resource publishingPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource transferPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AzureWebJobsStorage__blobServiceUri: hostAccount.properties.primaryEndpoints.blob
        AzureWebJobsStorage__queueServiceUri: hostAccount.properties.primaryEndpoints.queue
        AzureWebJobsStorage__tableServiceUri: hostAccount.properties.primaryEndpoints.table
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.properties.clientId
        ImagesStorage__blobServiceUri: imagesAccount.properties.primaryEndpoints.blob
        ImagesStorage__queueServiceUri: imagesAccount.properties.primaryEndpoints.queue
        ImagesStorage__tableServiceUri: imagesAccount.properties.primaryEndpoints.table
        ImagesStorage__credential: 'managedidentity'
        ImagesStorage__clientId: identity.properties.clientId
        Models__ContainerUri: '${imagesAccount.properties.primaryEndpoints.blob}${modelsContainer}'
        // The instance's own disk: workers of one instance share what the first has fetched.
        Models__Folder: '/tmp/pipeline-models'
        // The address for telemetry; the component accepts none without the identity below.
        APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
      },
      toObject(
        filter(items(modelVersions), version => !empty(version.value)),
        version => 'Models__Versions__${version.key}',
        version => version.value
      ),
      toObject(
        filter(items(previousVersions), version => !empty(version.value)),
        version => 'Models__Previous__${version.key}',
        version => version.value
      ),
      empty(imagesDatabase) ? {} : { ImagesDatabase: imagesDatabase },
      // Storage is closed to the public then: callers read images through the app.
      empty(subnetId) ? {} : { Urls__Signed: 'false' }
    )
  }
}

@description('Name of the app.')
output name string = site.name

@description('Address of the app.')
output url string = 'https://${site.properties.defaultHostName}'

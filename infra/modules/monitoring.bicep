metadata description = 'Where telemetry goes: a workspace, Application Insights that takes it from Entra ID only, and a workbook over both.'

@description('Name of the Application Insights resource.')
param name string

@description('Name of the Log Analytics workspace.')
@minLength(4)
@maxLength(63)
param workspaceName string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Days that telemetry is kept; past 31 it is paid for.')
@minValue(30)
@maxValue(730)
param retentionDays int

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // Azure wants a GUID for a workbook's name.
  name: guid(applicationInsights.id, 'pipeline')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: '${name}: the pipeline at a glance'
    category: 'workbook'
    sourceId: applicationInsights.id
    serializedData: replace(loadTextContent('workbook.json'), '{applicationInsights}', applicationInsights.id)
  }
}

@description('Name of the Application Insights resource.')
output name string = applicationInsights.name

@description('Resource id of the Application Insights resource.')
output id string = applicationInsights.id

@description('Name of the workspace.')
output workspaceName string = workspace.name

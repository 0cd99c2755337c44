using 'main.bicep'

// What differs between deployments comes from the environment, under the names that azd and the deploy scripts set; all else keeps its default.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', '')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param alertEmail = readEnvironmentVariable('PIPELINE_ALERT_EMAIL', '')
param modelVersions = {
  vgg16: readEnvironmentVariable('PIPELINE_VGG16_VERSION', '')
  resnet50: readEnvironmentVariable('PIPELINE_RESNET50_VERSION', '')
}

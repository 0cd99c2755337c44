using 'main.bicep'

// What differs between deployments comes from the environment, under the names that azd and its hooks (`./pipeline deploy --azd`) set; all
// else keeps its default, the region among it: it is the resource group's.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', '')
param alertEmail = readEnvironmentVariable('PIPELINE_ALERT_EMAIL', '')
param modelVersions = {
  vgg16: readEnvironmentVariable('PIPELINE_VGG16_VERSION', '')
  resnet50: readEnvironmentVariable('PIPELINE_RESNET50_VERSION', '')
  resnet18: readEnvironmentVariable('PIPELINE_RESNET18_VERSION', '')
}
param imagesDatabase = readEnvironmentVariable('PIPELINE_IMAGES_DATABASE', '')
param previousVersions = {
  vgg16: readEnvironmentVariable('PIPELINE_VGG16_PREVIOUS', '')
  resnet50: readEnvironmentVariable('PIPELINE_RESNET50_PREVIOUS', '')
  resnet18: readEnvironmentVariable('PIPELINE_RESNET18_PREVIOUS', '')
}

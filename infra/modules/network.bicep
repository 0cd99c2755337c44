metadata description = 'The private network: a subnet for the app, one for the private endpoints of storage, and their DNS zones.'

@description('Name of the virtual network, and the first part of its endpoints\' names.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Addresses of the network, at least a /25: half is the app\'s, half the endpoints\'.')
param addressPrefix string

@description('Storage accounts that get private endpoints.')
param accountNames string[]

var services = ['blob', 'queue', 'table']
var zones = [for service in services: 'privatelink.${service}.${environment().suffixes.storage}']
var appSubnet = 'app'
var endpointSubnet = 'endpoints'
// The halves of the network, whatever its size.
var halfPrefixLength = parseCidr(addressPrefix).cidr + 1
var endpoints = flatten(map(
  accountNames,
  account =>
    map(range(0, length(services)), index => {
      account: account
      service: services[index]
      zone: index
    })
))

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: appSubnet
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, halfPrefixLength, 0)
          // Flex Consumption instances run as container apps do.
          delegations: [{ name: 'flex-consumption', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: endpointSubnet
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, halfPrefixLength, 1)
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }

  resource app 'subnets' existing = {
    name: appSubnet
  }

  resource endpoints 'subnets' existing = {
    name: endpointSubnet
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zones: {
    name: zone
    location: 'global'
    tags: tags
  }
]

resource zoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (service, index) in services: {
    parent: zone[index]
    name: '${name}-link'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = [
  for served in endpoints: {
    name: '${name}-${served.account}-${served.service}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpoints.id }
      privateLinkServiceConnections: [
        {
          name: served.service
          properties: {
            privateLinkServiceId: resourceId('Microsoft.Storage/storageAccounts', served.account)
            groupIds: [served.service]
          }
        }
      ]
    }
  }
]

resource endpointRecord 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [
  for (served, index) in endpoints: {
    parent: endpoint[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: served.service, properties: { privateDnsZoneId: zone[served.zone].id } }]
    }
  }
]

@description('Subnet for the app.')
output appSubnetId string = network::app.id

metadata description = 'What wakes somebody: poison, failures, slow answers, events that never arrived.'

@description('First part of the alerts\' names.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Address that alerts are sent to. Empty: they are seen in the portal only.')
param email string

@description('Resource id of the Application Insights resource.')
param applicationInsightsId string

@description('Name of the images account.')
param imagesAccountName string

@description('Resource id of the system topic.')
param systemTopicId string

@description('Failed executions within 15 minutes that are still no alert.')
@minValue(0)
param failures int

@description('95th percentile of a function\'s answers, in milliseconds, that is still no alert.')
@minValue(1)
param latencyMilliseconds int

resource imagesAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: imagesAccountName

  resource queues 'queueServices' existing = {
    name: 'default'
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: '${name}-people'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'pipeline'
    emailReceivers: [{ name: 'email', emailAddress: email, useCommonAlertSchema: true }]
  }
}

var actionGroups = empty(email) ? [] : [people.id]

// Storage has no metric of one queue's length, and its count of all queues' messages is hours late. So two alerts: the host's warning that
// a message is moved to a poison queue, within minutes of it; and the account's count, for what was poisoned and then forgotten.
var logAlerts = [
  {
    name: 'poisoned'
    severity: 2
    displayName: 'An image was given up'
    description: 'A blob or message failed five times and is in a poison queue. See why, then replay it: pipeline poison list | replay.'
    query: 'traces | where message startswith "Message has reached MaxDequeueCount" and message has "poison"'
    measure: null
    aggregation: 'Count'
    threshold: 0
    split: ''
  }
  {
    name: 'failures'
    severity: 2
    displayName: 'Functions fail'
    description: 'More executions failed in 15 minutes than a bad image alone explains (one fails five times a model).'
    // An HTTP answer below 500 is the caller's fault; what has no address is a trigger, and has no answer's code.
    // The host counts a client that disconnects as a failure; the app's own log entry identifies it.
    query: '''
      let left = union isfuzzy=true
          (traces | where message has "the caller left before the answer"),
          (exceptions | where outerMessage has "ForwarderError: RequestCanceled")
        | distinct operation_Id;
      requests
      | where (isempty(url) and success == false) or toint(resultCode) >= 500
      | where operation_Id !in (left)
      '''
    measure: null
    aggregation: 'Count'
    threshold: failures
    split: ''
  }
  {
    name: 'latency'
    severity: 3
    displayName: 'Answers are slow'
    description: 'The 95th percentile of an HTTP function\'s answers is above its bound. Studies, slow by nature, are not counted.'
    // Fewer than 20 answers have no 95th percentile worth waking somebody for: one cold start would be it.
    query: '''
      requests
      | where isnotempty(url) and name !in ("RunStudy", "Health")
      | summarize Percentile95 = percentile(duration, 95), Answers = count() by Function = name
      | where Answers >= 20
      '''
    measure: 'Percentile95'
    aggregation: 'Maximum'
    threshold: latencyMilliseconds
    split: 'Function'
  }
]

resource logAlert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in logAlerts: {
    name: '${name}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.displayName
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [applicationInsightsId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      // The tables come with the first telemetry: checked now, the query of a first deployment would fail.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alert.query
            metricMeasureColumn: alert.measure
            timeAggregation: alert.aggregation
            operator: 'GreaterThan'
            threshold: alert.threshold
            dimensions: empty(alert.split) ? [] : [{ name: alert.split, operator: 'Include', values: ['*'] }]
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: actionGroups }
    }
  }
]

// With one account for host and images the host's own queue of blobs is counted, too.
resource queueLength 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-queue-length'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages lie in the images account\'s queues: poison, deletions that nobody takes, or a backfill that takes over an hour.'
    severity: 3
    enabled: true
    scopes: [imagesAccount::queues.id]
    // The metric has one value an hour.
    evaluationFrequency: 'PT1H'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'messages'
          metricNamespace: 'Microsoft.Storage/storageAccounts/queueServices'
          metricName: 'QueueMessageCount'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [for group in actionGroups: { actionGroupId: group }]
  }
}

resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Event Grid gave up an event: an image is not indexed, or a deleted one still is. See the container event-dead-letters.'
    severity: 2
    enabled: true
    scopes: [systemTopicId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-letters'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: 'DeadLetteredCount'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
          // A topic without subscriptions has no such metric yet.
          skipMetricValidation: true
        }
      ]
    }
    actions: [for group in actionGroups: { actionGroupId: group }]
  }
}

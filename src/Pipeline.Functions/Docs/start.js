// Everything is served by this app. What Scalar offers beyond that asks servers of its makers, and is switched off; the page's policy
// would refuse it as well.
Scalar.createApiReference('#api', {
  url: '/api/openapi.json',
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  persistAuth: false,
  showDeveloperTools: 'never',
  telemetry: false,
  withDefaultFonts: false,
});

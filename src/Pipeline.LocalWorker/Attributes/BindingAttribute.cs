namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Base of what ties a parameter or result to something outside the function.</summary>
public abstract class BindingAttribute : Attribute;

/// <summary>Base of what starts a function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class TriggerBindingAttribute : BindingAttribute;

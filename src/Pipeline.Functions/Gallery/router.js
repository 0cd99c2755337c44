/** The address bar holds the whole state: `#/view?parameters`. What follows the hash never leaves the browser. */
export function here() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return { path, parameters: new URLSearchParams(query) };
}

/** The address of a view; empty parameters are left out, lists are repeated. */
export function to(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    [value]
      .flat()
      .filter(one => one !== null && one !== undefined && one !== '')
      .forEach(one => query.append(name, one));
  }
  const text = query.toString();
  return `#/${path}${text ? `?${text}` : ''}`;
}

/** Goes to a view. */
export function go(path, parameters) {
  location.hash = to(path, parameters);
}

/** The same view with other parameters. */
export function change(parameters) {
  const now = here();
  const merged = {};
  for (const name of new Set(now.parameters.keys())) {
    merged[name] = now.parameters.getAll(name);
  }
  go(now.path, { ...merged, ...parameters });
}

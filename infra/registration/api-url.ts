/** Where an agent's API answers, as others than its host see it; an API that listens on loopback answers its own host alone. */
export function apiUrl(host: string, api: { readonly address: string; readonly port: number }): string {
  const listensEverywhere = ["", "0.0.0.0", "::"].includes(api.address);
  return httpUrl(listensEverywhere ? host : api.address, api.port);
}

/** `http://HOST:PORT`, an IPv6 address in brackets. */
function httpUrl(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

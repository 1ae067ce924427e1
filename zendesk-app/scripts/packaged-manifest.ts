type Manifest = Record<string, unknown> & {
  domainWhitelist: string[];
  parameters: (Record<string, unknown> & { name: string })[];
};

export interface Release {
  /** Origin of the one server that all installations use; `null` = each installation names its own. */
  apiUrl: string | null;
  /** Listed for everyone on the marketplace, as against private to one account. */
  isPublic: boolean;
}

/**
 * The manifest as it goes into a package. A vendor who serves all installations fixes the server's address: admins
 * are then asked for the secret only, and Zendesk will send it nowhere else.
 * @throws {Error} when `apiUrl` is not an https origin
 */
export function packagedManifest(manifest: Manifest, { apiUrl, isPublic }: Release): Manifest {
  const released = { ...manifest, private: !isPublic };
  if (apiUrl === null) return released;
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : null;
  if (url?.protocol !== "https:" || url.pathname !== "/" || url.search !== "")
    throw new Error(`${apiUrl} is not an address such as https://bellwether.example.com`);
  const parameters = manifest.parameters.flatMap((parameter) => {
    if (parameter.name === "api_host") return [];
    return parameter.name === "api_url" ? [{ ...parameter, default: url.origin }] : [parameter];
  });
  return { ...released, domainWhitelist: [url.host], parameters };
}

/** One place for the dated version. 2026-09 would hold our writes to the portal's form rules; 2026-03 does not. */
const VERSION = "2026-03";

export const PATHS = {
  objects: (path: string) => `/crm/objects/${VERSION}/${path}`,
  batch: (path: string, verb: "read" | "update") => `/crm/objects/${VERSION}/${path}/batch/${verb}`,
  search: (path: string) => `/crm/objects/${VERSION}/${path}/search`,
  associations: (from: string, to: string) => `/crm/associations/${VERSION}/${from}/${to}/batch/read`,
  properties: (path: string) => `/crm/properties/${VERSION}/${path}`,
  property: (path: string, name: string) => `/crm/properties/${VERSION}/${path}/${name}`,
  propertyGroups: (path: string) => `/crm/properties/${VERSION}/${path}/groups`,
  createProperties: (path: string) => `/crm/properties/${VERSION}/${path}/batch/create`,
  pipelines: (path: string) => `/crm/pipelines/${VERSION}/${path}`,
  token: `/oauth/${VERSION}/token`,
  introspect: `/oauth/${VERSION}/token/introspect`,
  accountDetails: `/account-info/${VERSION}/details`,
} as const;

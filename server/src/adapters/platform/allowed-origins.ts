import { subdomain as subdomainSchema } from "@bellwether/shared";
import { PlatformError } from "../../services/errors.ts";

/** Origins that outgoing calls may go to: exact ones, from the configuration, never from data. */
export type AllowedOrigins = ReadonlySet<string>;

/**
 * @param settings origins as configured, e.g. `https://api.hubapi.com`; a path, query or credentials are refused
 * @throws {PlatformError} `rejected` for a setting that is not a plain http(s) origin
 */
export function allowOrigins(...settings: readonly string[]): AllowedOrigins {
  return new Set(settings.map(plainOrigin));
}

/**
 * Origin of one account on a platform whose host name carries the account's name.
 * @param template e.g. `https://{subdomain}.zendesk.com`; without the placeholder it is the origin itself
 * @throws {PlatformError} `rejected` when the subdomain could name another host
 */
export function accountOrigin(template: string, subdomain: string): string {
  const label = subdomainSchema.safeParse(subdomain);
  if (!label.success) throw new PlatformError("rejected", "the account's subdomain is not a host label");
  return plainOrigin(template.replace("{subdomain}", label.data));
}

/**
 * @returns the parsed URL, once it is certain that it leads to an allowed origin
 * @throws {PlatformError} `rejected`
 */
export function assertAllowed(url: string | URL, allowed: AllowedOrigins): URL {
  const parsed = URL.parse(url.toString());
  const isAllowed =
    parsed !== null &&
    /^https?:$/.test(parsed.protocol) && // a blob: address has the origin of what made it
    parsed.username === "" &&
    parsed.password === "" &&
    allowed.has(parsed.origin);
  // The address itself is left out of the message: it may come from a stranger's data and end up in a log.
  if (!isAllowed) throw new PlatformError("rejected", "an outgoing call to an unlisted origin was refused");
  return parsed;
}

function plainOrigin(setting: string): string {
  const url = URL.parse(setting);
  const isPlain =
    url !== null &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.username === "" &&
    url.password === "" &&
    url.pathname === "/" &&
    url.search === "" &&
    url.hash === "";
  if (!isPlain) throw new PlatformError("rejected", "a platform address must be an origin without a path");
  return url.origin;
}

import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { PlatformError } from "../../services/errors.ts";

/** Names that only ever mean machines on the public internet. Any other host was written into the settings by the operator. */
const PUBLIC_NAMES = /\.(zendesk|hubapi|hubspot)\.com\.?$/;

/** Source: IANA, special-purpose address registries for IPv4 and IPv6. */
const PRIVATE_V4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const;
/** Whole blocks outside 2000::/3, and those inside it that lead into IPv4 or nowhere. */
const PRIVATE_V6 = [
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

/** RFC 6052: how networks without IPv4 write an IPv4 address. */
const NAT64 = /^64:ff9b::/i;

const private4 = new BlockList();
const private6 = new BlockList();
for (const [net, prefix] of PRIVATE_V4) private4.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of PRIVATE_V6) private6.addSubnet(net, prefix, "ipv6");

/** Whether an address is one of the internet's; loopback, private, link-local, mapped and reserved ones are not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !private4.check(address, "ipv4");
  // a mapped address is held against the rules for IPv4
  if (NAT64.test(address)) return !private4.check(address.replace(NAT64, "::ffff:"), "ipv6");
  return family === 6 && !private6.check(address, "ipv6");
}

export type Resolve = (host: string) => Promise<readonly string[]>;

const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Refuses a platform's name that leads into a private network, as a poisoned or rebound name service would have it.
 * Between this look and the connection the answer could change once more: then TLS ends it, because nobody else has
 * the platform's certificate.
 * @throws {PlatformError} `rejected`
 */
export async function assertPublic(url: URL, resolve: Resolve = systemResolve): Promise<void> {
  if (!PUBLIC_NAMES.test(url.hostname)) return;
  if (url.protocol !== "https:") throw new PlatformError("rejected", "a platform is called by https only");
  const addresses = await resolve(url.hostname).catch(() => []); // an unknown name fails at the call, with its reason
  if (!addresses.every(isPublicAddress))
    throw new PlatformError(
      "rejected",
      "a platform's name leads into a private network; its call was refused",
    );
}

/** `fetch` behind that look. */
export function publicFetch(
  fetch: typeof globalThis.fetch = globalThis.fetch,
  resolve: Resolve = systemResolve,
): (url: URL, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    await assertPublic(url, resolve);
    return fetch(url, init);
  };
}

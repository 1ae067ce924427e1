import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { subdomain as subdomainSchema } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { accountOrigin, allowOrigins } from "../../server/src/adapters/platform/allowed-origins.ts";
import { createOutgoingFetch, HTTP_DEFAULTS } from "../../server/src/adapters/platform/outgoing-http.ts";
import {
  assertPublic,
  isPublicAddress,
  publicFetch,
} from "../../server/src/adapters/platform/public-addresses.ts";
import { readConfig } from "../../server/src/config.ts";
import { PlatformError } from "../../server/src/services/errors.ts";

const ALLOWED = allowOrigins(
  "https://api.hubapi.com",
  accountOrigin("https://{subdomain}.zendesk.com", "acme"),
);
const time = { nowMs: () => 0, sleep: async () => undefined, random: () => 0 };
/** The client as the product has it, with the network replaced. */
function client(addresses: readonly string[] = ["104.16.0.1"]) {
  const called: string[] = [];
  const network: typeof globalThis.fetch = async (url) => {
    called.push(String(url));
    return new Response("{}");
  };
  const fetch = createOutgoingFetch({
    ...HTTP_DEFAULTS,
    maxAttempts: 1,
    platformName: "Zendesk",
    allowed: ALLOWED,
    limiters: [],
    time,
    fetch: publicFetch(network, async () => addresses) as typeof globalThis.fetch,
  });
  return { fetch, called };
}

/** Where a server-side request must never be led. */
const HOSTILE = [
  "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
  "https://169.254.169.254/",
  "http://metadata.google.internal/computeMetadata/v1/",
  "http://[fd00:ec2::254]/latest/meta-data",
  "http://127.0.0.1/",
  "https://localhost/",
  "http://localhost.localdomain:3000/",
  "http://[::1]/",
  "http://[::]/",
  "http://0.0.0.0/",
  "http://0/",
  "http://[::ffff:7f00:1]/",
  "http://[::ffff:169.254.169.254]/",
  "http://[64:ff9b::7f00:1]/",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0x7f.0.0.1/",
  "http://0177.0.0.1/",
  "http://017700000001/",
  "http://127.1/",
  "http://127.0.0.1.nip.io/",
  "http://10.0.0.5/",
  "http://172.16.0.1/",
  "http://192.168.1.1/",
  "http://100.64.0.1/",
  "https://acme.zendesk.com.evil.example/",
  "https://acme.zendesk.com%2eevil.example/",
  "https://acme.zendesk.com%00.evil.example/",
  "https://acme.zendesk.com@evil.example/",
  "https://acme.zendesk.com:x@evil.example/",
  "https://user:pass@acme.zendesk.com/",
  "https://evil.example#@acme.zendesk.com/",
  "https://evil.example\\@acme.zendesk.com/",
  "https://evil.example/acme.zendesk.com",
  "https://evil。example/",
  "https://acme.zendesk.com。evil.example/",
  "https://ａcme.evil.example/",
  "https://other.zendesk.com/",
  "https://acme.zendesk.com./",
  "https://acmezendesk.com/",
  "https://acme.zendesk.com:8443/",
  "http://acme.zendesk.com/",
  "ftp://acme.zendesk.com/",
  "file:///etc/passwd",
  "gopher://acme.zendesk.com/",
  "data:application/json,{}",
  "blob:https://acme.zendesk.com/1",
  "javascript:fetch('https://acme.zendesk.com')",
  "//acme.zendesk.com/",
  "https:///acme.zendesk.com.evil.example",
  "acme.zendesk.com",
  "",
];

describe("SSRF (ASVS 1.3.6, 13.2.4, 13.2.5, 15.3.2)", () => {
  it.each(HOSTILE)("refuses a call to %j before it leaves", async (url) => {
    const { fetch, called } = client();
    await expect(fetch(url)).rejects.toMatchObject({ name: "PlatformError", kind: "rejected" });
    expect(called).toEqual([]);
  });

  it("lets the platforms' own addresses through, however they are written", async () => {
    const { fetch, called } = client();
    for (const url of [
      "https://acme.zendesk.com/x",
      "https://ACME.zendesk。com:443/x",
      "https://api.hubapi.com/y",
    ])
      await fetch(url);
    expect(called).toEqual([
      "https://acme.zendesk.com/x",
      "https://acme.zendesk.com/x",
      "https://api.hubapi.com/y",
    ]);
  });

  it.each([
    ["127.0.0.1"],
    ["169.254.169.254"],
    ["10.1.2.3"],
    ["::1"],
    ["fe80::1"],
    ["fd00::1"],
    ["::ffff:10.0.0.1"],
    ["64:ff9b::a00:1"],
    ["104.16.0.1", "192.168.0.1"],
  ])("refuses a platform's name that the name service leads to %s (DNS rebinding)", async (...addresses) => {
    const { fetch, called } = client(addresses);
    await expect(fetch("https://acme.zendesk.com/x")).rejects.toMatchObject({ kind: "rejected" });
    expect(called).toEqual([]);
  });

  it("looks again at every call, so that a name that was good once is not good for ever", async () => {
    const answers = [["104.16.0.1"], ["127.0.0.1"]];
    const look = () => assertPublic(new URL("https://acme.zendesk.com"), async () => answers.shift() ?? []);
    await look();
    await expect(look()).rejects.toThrow(PlatformError);
  });

  it("knows public addresses from others", () => {
    for (const address of ["104.16.0.1", "8.8.8.8", "2606:4700::1", "64:ff9b::808:808"])
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
    for (const address of [
      "",
      "localhost",
      "224.0.0.1",
      "255.255.255.255",
      "2002:7f00:1::",
      "2001:db8::1",
      "ff02::1",
    ])
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });

  it("follows no redirect, to a private address or anywhere else", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: `http://127.0.0.1:${port}/private` }).end();
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;
    const origin = `http://127.0.0.1:${port}`;
    const fetch = createOutgoingFetch({
      ...HTTP_DEFAULTS,
      platformName: "HubSpot",
      allowed: allowOrigins(origin),
      limiters: [],
      time,
    });
    await expect(fetch(`${origin}/x`)).rejects.toMatchObject({ kind: "rejected", status: 302 });
    expect(asked).toEqual(["/x"]);
    server.close();
  });

  it.each([
    "acme.evil",
    "acme/..",
    "acme@evil",
    "acme#",
    "acme?x",
    "acme:1",
    "acme%2e",
    "acme\\",
    "acme。evil",
    "аcme",
    "-a",
    "a b",
    "\u0000",
    "",
  ])("takes no subdomain that could name another host: %j", (subdomain) => {
    expect(subdomainSchema.safeParse(subdomain).success).toBe(false);
    expect(() => accountOrigin("https://{subdomain}.zendesk.com", subdomain)).toThrow(PlatformError);
  });

  it("takes platform addresses from the settings as plain origins only", () => {
    for (const value of [
      "https://a.example/x",
      "https://a.example?x",
      "ftp://a.example",
      "//a.example",
      "a.example",
    ])
      expect(() => readConfig({ HUBSPOT_API_URL: value })).toThrow("HUBSPOT_API_URL");
    expect(() => readConfig({ ZENDESK_URL: "https://{subdomain}.evil.example" })).toThrow("ZENDESK_URL");
  });

  it("has one way out: nothing else in the server opens a connection", async () => {
    const root = new URL("../../server/src/", import.meta.url);
    const files = (await readdir(root, { recursive: true })).filter(
      (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("generated"),
    );
    const opening = await Promise.all(
      files.map(async (file) => {
        const text = await readFile(new URL(file, root), "utf8");
        const opens =
          /globalThis\.fetch|(?<![\w.])fetch\(\s*[`"']|^import (?!type).*(\b(connect|createConnection|Socket|isIP)\b.* from "node:net"| from "(node:https|node:tls|node:dgram|undici)")/m;
        return opens.test(text) || /\b(http|https)\.(request|get)\(/.test(text) ? [file] : [];
      }),
    );
    expect(opening.flat()).toEqual([
      "adapters/platform/outgoing-http.ts", // the type of its option
      "adapters/platform/public-addresses.ts", // the call itself, and what tells addresses apart
    ]);
  });
});

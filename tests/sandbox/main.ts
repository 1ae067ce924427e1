import { startSandbox } from "./index.ts";

/** Fixed, so that a server's settings can stay the same from one start to the next. */
const PORTS = { hubspot: 4810, zendesk: 4820 } as const;
const SEED = 20_261_121;

const sandbox = await startSandbox({
  seed: SEED,
  now: () => new Date(),
  hubspotPort: PORTS.hubspot,
  zendeskPort: PORTS.zendesk,
});
process.stdout.write(
  `${[
    `HUBSPOT_API_URL=${sandbox.hubspotUrl}`,
    `HUBSPOT_AUTHORIZE_URL=${sandbox.hubspotUrl}/oauth/authorize`,
    `HUBSPOT_PORTAL_ID=${sandbox.portalId}`,
    `HUBSPOT_ACCESS_TOKEN=${sandbox.hubspotAccessToken}`,
    `HUBSPOT_CLIENT_SECRET=${sandbox.hubspotClientSecret}`,
    `ZENDESK_URL=${sandbox.zendeskUrl}`,
    `ZENDESK_SUBDOMAIN=${sandbox.subdomain}`,
    `ZENDESK_ACCESS_TOKEN=${sandbox.zendeskAccessToken}`,
  ].join(" ")}\n`,
);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void sandbox.stop();
  });
}

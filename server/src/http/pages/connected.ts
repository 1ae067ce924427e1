import type { Installed } from "../../services/connect-tenant.ts";

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** The page an admin sees after granting access: what happens now, and what is left to do. */
export function connectedPage({ connection, appSecret }: Installed): string {
  const name = connection.platform === "hubspot" ? "HubSpot" : "Zendesk";
  const next =
    connection.platform === "hubspot"
      ? `<p>Do you use Zendesk too? Connect it to the same company within the next hour:</p>
         <form action="/oauth/zendesk/install"><label>Zendesk subdomain <input name="subdomain" required pattern="[a-zA-Z0-9][a-zA-Z0-9\\-]*" placeholder="acme"></label> <button>Connect Zendesk</button></form>`
      : `${
          appSecret === null
            ? "<p>The Bellwether app in Zendesk goes on with the secret that it has.</p>"
            : `<p>Install the Bellwether app in Zendesk and put this into its setting <b>app_secret</b>. It is shown this once:</p>
         <p><code>${escapeHtml(appSecret)}</code></p>`
        }
         <p>Do you use HubSpot too? <a href="/oauth/hubspot/install">Connect HubSpot</a> to the same company.</p>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${name} is connected</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#213343}code{background:#f2f5f8;padding:.4rem .6rem;border-radius:4px;overflow-wrap:anywhere}input,button{font:inherit;padding:.3rem .6rem}</style>
<h1>${name} is connected</h1>
<p>Bellwether is reading the history of <b>${escapeHtml(connection.externalId)}</b>. The first health scores appear when it is done,
usually within a few minutes; until then the card says that they are pending.</p>${next}</html>`;
}

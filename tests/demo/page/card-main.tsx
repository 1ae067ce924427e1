import { createRoot } from "react-dom/client";
import { CardRunner } from "./hubspot/CardRunner.tsx";
import type { CardContext, CardRun, HostActions } from "./hubspot/card-protocol.ts";

/* One card by itself, for tests that look at its states: `card.html?bundle=HealthCard&width=640`. */

const asked = new URLSearchParams(window.location.search);
const bundle = asked.get("bundle") ?? "HealthCard";
const address = (path: string): string => new URL(path, window.location.href).href;

const context: CardContext = {
  location: bundle === "HealthCard" ? "crm.record.tab" : "crm.record.sidebar",
  user: { id: 71, email: "robin@bellwether.example", emails: [], firstName: "Robin", lastName: "Sato" },
  portal: { id: 123, timezone: "UTC" },
  crm: { objectId: Number(asked.get("objectId") ?? 9002), objectTypeId: asked.get("objectTypeId") ?? "0-2" },
  extension: { appId: "1", appName: "Bellwether", cardTitle: "Customer health" },
  variables: { API_URL: "https://bellwether.example.com" },
};
const card: CardRun = {
  bundleUrl: address(`/demo/cards/${bundle}.js`),
  backendUrl: address("/demo/hubspot-fetch"),
  context,
};
const ignore = (): void => undefined;
const actions: HostActions = {
  addAlert: ignore,
  reloadPage: ignore,
  refreshObjectProperties: ignore,
  fetchCrmObjectProperties: async () => ({}),
  onCrmPropertiesUpdate: ignore,
  copyTextToClipboard: async () => undefined,
  closeOverlay: ignore,
  openIframeModal: ignore,
  navigateToPage: ignore,
  log: ignore,
};

const root = document.getElementById("root");
if (root === null) throw new Error("card.html has no #root");
createRoot(root).render(
  <div className="hubspot-card" style={{ width: `min(100%, ${asked.get("width") ?? 640}px)` }}>
    <CardRunner card={card} actions={actions} isHidden={false} onSettled={ignore} />
  </div>,
);

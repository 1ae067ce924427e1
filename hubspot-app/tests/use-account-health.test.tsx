import { Button, Text } from "@hubspot/ui-extensions";
import { expect, it } from "vitest";
import { atRiskView, healthyView, pendingView } from "../../tests/support/health-views.ts";
import { useAccountHealth } from "../src/app/cards/hooks/useAccountHealth.ts";
import { API_URL, cardHost, fakeFetch, json, problemAnswer, viewAnswer } from "./support/card-host.ts";

function Probe({ objectId, recheckMs }: { objectId: number; recheckMs?: number }) {
  const { state, refresh } = useAccountHealth(API_URL, { objectTypeId: "0-2", objectId }, recheckMs);
  const name =
    state.kind === "ready" ? `${state.view.account.name}${state.isRefreshing ? "…" : ""}` : state.kind;
  return (
    <>
      <Text>{name}</Text>
      <Button onClick={refresh}>Refresh</Button>
    </>
  );
}

const textShown = (host: ReturnType<typeof cardHost>): string | null => host.renderer.find(Text).text;

it("shows the answer to the newest question, however late an older one comes", async () => {
  const older = Promise.withResolvers<Response>();
  fakeFetch(viewAnswer(pendingView), () => older.promise, viewAnswer(healthyView));
  const host = cardHost();
  host.renderer.render(<Probe objectId={1} />);
  await host.renderer.waitFor(() => expect(textShown(host)).toBe("Tidewater Robotics"));
  host.renderer.find(Button).trigger("onClick");
  await host.renderer.waitFor(() => expect(textShown(host)).toBe("Tidewater Robotics…"));
  host.renderer.find(Button).trigger("onClick");
  await host.renderer.waitFor(() => expect(textShown(host)).toBe("Larkspur Analytics"));
  older.resolve(json(atRiskView));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(textShown(host)).toBe("Larkspur Analytics");
});

it("asks again by itself while the account is pending, and stops when it is scored", async () => {
  const fetched = fakeFetch(viewAnswer(pendingView), viewAnswer(pendingView), viewAnswer(healthyView));
  const host = cardHost();
  host.renderer.render(<Probe objectId={1} recheckMs={5} />);
  await host.renderer.waitFor(() => expect(textShown(host)).toBe("Larkspur Analytics"));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(fetched).toHaveBeenCalledTimes(3);
});

it("asks no more than forty times by itself", async () => {
  const fetched = fakeFetch(viewAnswer(pendingView));
  const host = cardHost();
  host.renderer.render(<Probe objectId={1} recheckMs={0} />);
  await host.renderer.waitFor(() => expect(fetched).toHaveBeenCalledTimes(41), { timeoutInMs: 3_000 });
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(fetched).toHaveBeenCalledTimes(41);
});

it("keeps asking after a recheck of a pending account failed", async () => {
  fakeFetch(viewAnswer(pendingView), problemAnswer(503, "unavailable", "Away."), viewAnswer(healthyView));
  const host = cardHost();
  host.renderer.render(<Probe objectId={1} recheckMs={5} />);
  await host.renderer.waitFor(() => expect(textShown(host)).toBe("Larkspur Analytics"));
});

it("drops what it knew when a refresh says that the record belongs to nobody any more", async () => {
  fakeFetch(viewAnswer(healthyView), problemAnswer(404, "not_found", "No account belongs to this record."));
  const host = cardHost();
  host.renderer.render(<Probe objectId={1} />);
  await host.renderer.waitFor(() => expect(textShown(host)).toBe("Larkspur Analytics"));
  host.renderer.find(Button).trigger("onClick");
  await host.renderer.waitFor(() => expect(textShown(host)).toBe("not_matched"));
});

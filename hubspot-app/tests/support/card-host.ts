import type { AccountHealthView } from "@bellwether/shared";
import type { CrmContext } from "@hubspot/ui-extensions";
import { createRenderer, type Renderer } from "@hubspot/ui-extensions/testing";
import { type Mock, vi } from "vitest";
import type { CardProps } from "../../src/app/cards/components/HealthStates.tsx";

/** Stands in for HubSpot around a card: its renderer, a context, and `hubspot.fetch` with answers of our choice. */

export const API_URL = "https://bellwether.example.com";
export const RECORD_LOCATIONS = ["crm.record.tab", "crm.record.sidebar", "helpdesk.sidebar"] as const;
export type RecordLocation = (typeof RECORD_LOCATIONS)[number];
export type FetchMock = Mock<(url: string, options?: object) => Promise<Response>>;

export interface CardHost {
  renderer: Renderer<RecordLocation>;
  props: CardProps;
  refreshObjectProperties: Mock<() => void>;
}

/** `hubspot.fetch` ends in `self.hsFetch`; each call takes the next answer, the last one stays. */
export function fakeFetch(...answers: (() => Response | Promise<Response>)[]): FetchMock {
  let turn = 0;
  const mock: FetchMock = vi.fn(async () => {
    const answer = answers[Math.min(turn, answers.length - 1)];
    turn += 1;
    if (!answer) throw new Error("no answer was prepared");
    return answer();
  });
  Object.assign(globalThis, { self: globalThis, hsFetch: mock });
  return mock;
}

export const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
export const viewAnswer = (view: AccountHealthView) => (): Response => json(view);
export const problemAnswer = (status: number, code: string, detail: string) => (): Response =>
  json({ type: `/problems/${code}`, title: code, status, code, detail, requestId: "r_9f" }, status);

export function cardHost(
  location: RecordLocation = "crm.record.tab",
  context: Partial<Pick<CrmContext, "crm" | "portal" | "variables">> = {},
): CardHost {
  const renderer = createRenderer(location);
  const refreshObjectProperties = vi.fn();
  return {
    renderer,
    refreshObjectProperties,
    props: {
      context: {
        ...renderer.mocks.context,
        crm: { objectId: 9002, objectTypeId: "0-2" },
        portal: { id: 123, timezone: "UTC" },
        variables: { API_URL },
        ...context,
      },
      actions: { refreshObjectProperties },
    },
  };
}

/** All text on the card, components' string props (titles, labels) included, in order. */
export function textOf(host: CardHost): string {
  return host.renderer.getRootNode().toString();
}

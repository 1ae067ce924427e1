import type { AccountHealthView } from "@bellwether/shared";
import {
  Alert,
  Button,
  Input,
  LoadingButton,
  NumberInput,
  ScoreCircle,
  Select,
  Tag,
  TextArea,
} from "@hubspot/ui-extensions";
import { describe, expect, it } from "vitest";
import {
  agentView,
  atRiskView,
  bandSetView,
  correctedView,
  lostView,
  notEnoughDataView,
  OWN_CORRECTION,
  pendingView,
  pointsAddedView,
  viewOfAnEarlierServer,
} from "../../tests/support/health-views.ts";
import { HealthCard } from "../src/app/cards/HealthCard.tsx";
import { HealthSidebarCard } from "../src/app/cards/HealthSidebarCard.tsx";
import { type CardHost, cardHost, problemAnswer, textOf } from "./support/card-host.ts";
import { answer, fakeRoutes } from "./support/routes.ts";

const PLACES = [
  { location: "crm.record.tab", Card: HealthCard },
  { location: "crm.record.sidebar", Card: HealthSidebarCard },
] as const;

async function shown({ location, Card }: (typeof PLACES)[number]): Promise<CardHost> {
  const host = cardHost(location);
  host.renderer.render(<Card {...host.props} />);
  await host.renderer.waitFor(() => host.renderer.find(Button, { testId: "refresh" }));
  return host;
}

const health = (view: AccountHealthView) => ({ "account-health": answer(view) });
const open = (host: CardHost) => host.renderer.find(Button, { testId: "correct" }).trigger("onClick");
const save = (host: CardHost) =>
  host.renderer.find(LoadingButton, { testId: "send-correction" }).trigger("onClick");
const fill = (host: CardHost, reason: string) =>
  host.renderer.find(TextArea, { name: "reason" }).props.onChange?.(reason);

describe.each(PLACES)("corrections in $location", (place) => {
  it("are sent with what was filled in, and shown at once from the answer", async () => {
    const { calls } = fakeRoutes({
      ...health(atRiskView),
      corrections: answer({ correction: OWN_CORRECTION, health: correctedView }, 201),
    });
    const host = await shown(place);
    open(host);
    fill(host, "  Half of their users moved to the app.  ");
    host.renderer.find(Input, { name: "evidence" }).props.onChange?.("Call of 12 November");
    save(host);
    await host.renderer.waitFor(() =>
      expect(textOf(host)).toContain("Health score: too low, says Robin Sato"),
    );
    expect(host.renderer.maybeFind(TextArea)).toBeNull();
    expect(calls.at(-1)).toMatchObject({
      method: "POST",
      path: "corrections",
      body: {
        target: "score",
        direction: "too_low",
        reason: "Half of their users moved to the app.",
        evidence: "Call of 12 November",
        expiresInDays: 30,
        override: null,
      },
    });
    expect(calls.at(-1)?.query.toString()).toBe("objectTypeId=0-2&objectId=9002");
    expect(host.refreshObjectProperties).toHaveBeenCalled();
  });

  it("are not sent without a reason, and say what is missing", async () => {
    const { calls } = fakeRoutes(health(atRiskView));
    const host = await shown(place);
    open(host);
    save(host);
    const reason = () => host.renderer.find(TextArea, { name: "reason" }).props;
    await host.renderer.waitFor(() => expect(reason().error).toBe(true));
    expect(reason().validationMessage).toBe("Say in a few words what is wrong.");
    expect(calls).toHaveLength(1);
    fill(host, "It is.");
    await host.renderer.waitFor(() => expect(reason().error).toBeUndefined());
  });

  it("can set the band, with the bounds and that the calculation stays said beside it", async () => {
    const { calls } = fakeRoutes({
      ...health(atRiskView),
      corrections: answer({ correction: OWN_CORRECTION, health: bandSetView }, 201),
    });
    const host = await shown(place);
    open(host);
    fill(host, "They signed on the phone.");
    host.renderer.find(Select, { name: "override" }).props.onChange?.("band");
    await host.renderer.waitFor(() => host.renderer.find(Select, { name: "band" }));
    expect(textOf(host)).toContain("30 days at most. The calculated score stays visible");
    save(host);
    await host.renderer.waitFor(() =>
      expect(host.renderer.find(Alert, { variant: "info" }).props.title).toBe(
        "Set to green until 18 Dec 2026",
      ),
    );
    expect(calls.at(-1)?.body).toMatchObject({ override: { kind: "band", band: "green" } });
  });

  it("offer no override to those who may not, nor for anything but the score", async () => {
    fakeRoutes(health(agentView));
    const agents = await shown(place);
    open(agents);
    await agents.renderer.waitFor(() => agents.renderer.find(TextArea));
    expect(agents.renderer.maybeFind(Select, { name: "override" })).toBeNull();
    fakeRoutes(health(atRiskView));
    const host = await shown(place);
    open(host);
    host.renderer.find(Select, { name: "target" }).props.onChange?.("logins");
    await host.renderer.waitFor(() =>
      expect(host.renderer.maybeFind(Select, { name: "override" })).toBeNull(),
    );
  });

  it("tell in the server's words why one was refused, and keep what was written", async () => {
    fakeRoutes({
      ...health(atRiskView),
      corrections: problemAnswer(403, "forbidden", "Your role may not correct scores."),
    });
    const host = await shown(place);
    open(host);
    fill(host, "It is wrong.");
    save(host);
    await host.renderer.waitFor(() => host.renderer.find(Alert, { title: "Not saved" }));
    expect(textOf(host)).toContain("Your role may not correct scores.");
    expect(textOf(host)).toContain("Request r_9f");
    expect(host.renderer.find(TextArea, { name: "reason" }).props.value).toBe("It is wrong.");
  });

  it("do not promise that nothing arrived when no answer came", async () => {
    fakeRoutes({ ...health(atRiskView), corrections: () => Promise.reject(new Error("proxy 7")) });
    const host = await shown(place);
    open(host);
    fill(host, "It is wrong.");
    save(host);
    await host.renderer.waitFor(() => expect(textOf(host)).toContain("It may have arrived all the same"));
  });

  it("can be taken back by those who may, and the answer's health shows it", async () => {
    const { calls } = fakeRoutes({
      ...health(correctedView),
      [`corrections/${OWN_CORRECTION.id}/withdraw`]: answer({ health: atRiskView }),
    });
    const host = await shown(place);
    expect(host.renderer.findAll(LoadingButton, { testId: "withdraw" })).toHaveLength(1);
    host.renderer.find(LoadingButton, { testId: "withdraw" }).trigger("onClick");
    await host.renderer.waitFor(() => expect(textOf(host)).not.toContain("says Robin Sato"));
    expect(calls.at(-1)).toMatchObject({ method: "POST", body: {} });
  });

  it("say so when one could not be taken back", async () => {
    fakeRoutes({
      ...health(correctedView),
      [`corrections/${OWN_CORRECTION.id}/withdraw`]: problemAnswer(409, "conflict", "It has ended already."),
    });
    const host = await shown(place);
    host.renderer.find(LoadingButton, { testId: "withdraw" }).trigger("onClick");
    await host.renderer.waitFor(() => host.renderer.find(Alert, { title: "Not taken back" }));
    expect(textOf(host)).toContain("It has ended already.");
  });

  it("can be made where there is no score, about what is shown", async () => {
    fakeRoutes(health(notEnoughDataView));
    const host = await shown(place);
    open(host);
    await host.renderer.waitFor(() => host.renderer.find(TextArea));
    const { options, value } = host.renderer.find(Select, { name: "target" }).props;
    expect(options.map((option) => option.value)).not.toContain("score");
    expect(value).toBe("segment");
    expect(host.renderer.maybeFind(Select, { name: "direction" })).toBeNull();
  });
});

describe.each(PLACES)("what people have said, in $location", (place) => {
  it("stands beside a set band, with what was calculated", async () => {
    fakeRoutes(health(bandSetView));
    const host = await shown(place);
    expect(host.renderer.find(ScoreCircle).props.score).toBe(61.5);
    expect(host.renderer.findAll(Tag)[0]?.text).toBe("Green");
    expect(host.renderer.find(Alert).toString()).toContain("Calculated: 61.5, yellow.");
    expect(textOf(host).split(OWN_CORRECTION.reason)).toHaveLength(2);
  });

  it("stands beside added points, with what was calculated", async () => {
    fakeRoutes(health(pointsAddedView));
    const text = textOf(await shown(place));
    expect(text).toContain("Raised by 10 points until 18 Dec 2026");
    expect(text).toContain("Calculated: 61.5, yellow.");
  });

  it("is shown of a lost customer under a banner, without a risk that is over", async () => {
    fakeRoutes(health(lostView));
    const host = await shown(place);
    expect(host.renderer.findAll(Alert).map((alert) => alert.props.title)).toEqual(["Lost on 20 Nov 2026"]);
    expect(host.renderer.findAll(Tag).map((tag) => tag.text)).toContain("Lost");
    expect(host.renderer.findAll(Tag).map((tag) => tag.text)).not.toContain("At risk");
  });

  it.each([
    ["a scored", atRiskView],
    ["an unscored", notEnoughDataView],
    ["a pending", pendingView],
  ])("is left out where %s account comes from a server of an earlier version", async (_name, view) => {
    fakeRoutes({ "account-health": answer(viewOfAnEarlierServer(view)) });
    const host = await shown(place);
    expect(textOf(host)).not.toMatch(/undefined|This is wrong|Warning signs/);
  });

  it("refuses days beyond the bounds of an override", async () => {
    const { calls } = fakeRoutes(health(atRiskView));
    const host = await shown(place);
    open(host);
    fill(host, "They signed.");
    host.renderer.find(Select, { name: "override" }).props.onChange?.("points");
    host.renderer.find(NumberInput, { name: "days" }).props.onChange?.(60);
    save(host);
    await host.renderer.waitFor(() => expect(textOf(host)).toContain("holds for 1 to 30 days"));
    expect(calls).toHaveLength(1);
  });
});

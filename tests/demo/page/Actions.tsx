import { type ReactNode, useState } from "react";
import type { ActionName, DemoAccount, Journey } from "../protocol.ts";

interface ActionsProps {
  account: DemoAccount;
  journeys: readonly Journey[];
  isServerUp: boolean;
}

export const ACTION_LABELS: Readonly<Record<ActionName, string>> = {
  urgentTicket: "Urgent ticket",
  usageDrops: "Usage drops",
  championLeaves: "Champion leaves",
  badRating: "Bad rating",
  resolveTickets: "Tickets resolved",
  usageRecovers: "Usage recovers",
  goodRating: "Good rating",
};
const WORSE: ActionName[] = ["urgentTicket", "usageDrops", "championLeaves", "badRating"];
const BETTER: ActionName[] = ["resolveTickets", "usageRecovers", "goodRating"];

/** The buttons that make something happen at the customer, in the sandbox. */
export function Actions({ account, journeys, isServerUp }: ActionsProps): ReactNode {
  const [failure, setFailure] = useState("");
  const isRunning = journeys.some((one) => one.accountKey === account.key && one.state === "running");
  const press = async (action: ActionName) => {
    setFailure("");
    try {
      await send(account.key, action);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  const button = (action: ActionName, tone: string) => (
    <button
      key={action}
      type="button"
      className={`action is-${tone}`}
      disabled={isRunning || !isServerUp}
      onClick={() => press(action)}
    >
      {ACTION_LABELS[action]}
    </button>
  );
  return (
    <section className="panel actions" aria-labelledby="actions-title">
      <h2 id="actions-title">Make something happen</h2>
      <p className="hint">at {account.name}</p>
      <div className="action-grid">
        {WORSE.map((action) => button(action, "worse"))}
        {BETTER.map((action) => button(action, "better"))}
      </div>
      {failure && (
        <p className="banner is-bad" role="alert">
          {failure}
        </p>
      )}
    </section>
  );
}

async function send(accountKey: string, action: ActionName): Promise<void> {
  const response = await fetch("/demo/actions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ accountKey, action }),
  });
  if (!response.ok) throw new Error(`That did not work (${response.status}). Is the demo still running?`);
}

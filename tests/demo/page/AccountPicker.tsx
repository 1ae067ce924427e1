import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import type { DemoAccount, Glance } from "../protocol.ts";
import { ScoreBadge } from "./ScoreBadge.tsx";

interface AccountPickerProps {
  accounts: readonly DemoAccount[];
  glances: Readonly<Record<string, Glance>>;
  chosen: DemoAccount;
  onChoose(key: string): void;
}

/** The whole book, worst first, with a search: the W3C's pattern of a combo box with a list. */
export function AccountPicker({ accounts, glances, chosen, onChoose }: AccountPickerProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const [active, setActive] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = sorted(accounts, glances).filter(({ name }) =>
    name.toLowerCase().includes(search.toLowerCase()),
  );
  const close = () => {
    setOpen(false);
    setSearch("");
  };
  const choose = (account: DemoAccount | undefined) => {
    if (!account) return;
    onChoose(account.key);
    close();
  };
  const open = () => {
    setOpen(true);
    setActive(Math.max(0, found.indexOf(chosen)));
  };
  const move = (to: number) => {
    setActive(to);
    list.current?.children[to]?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") return close();
    if (event.key === "Enter" && isOpen) return choose(found[active]);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    if (!isOpen) open();
    else move(Math.max(0, Math.min(found.length - 1, active + by)));
  };
  useLayoutEffect(() => {
    if (isOpen) list.current?.querySelector(".is-active")?.scrollIntoView({ block: "nearest" });
  }, [isOpen]);
  const glance = glances[chosen.key];
  return (
    <div className="picker">
      <div className="picker-field">
        <label htmlFor={`${listId}-input`}>Customer</label>
        <ScoreBadge healthScore={glance?.healthScore ?? null} band={glance?.band ?? null} />
        <input
          id={`${listId}-input`}
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={listId}
          aria-autocomplete="list"
          {...(isOpen && found[active] && { "aria-activedescendant": `${listId}-${found[active].key}` })}
          autoComplete="off"
          spellCheck={false}
          value={isOpen ? search : chosen.name}
          placeholder={chosen.name}
          onBlur={close}
          onClick={open}
          onChange={(event) => {
            setOpen(true);
            setActive(0);
            setSearch(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
        <BandCounts accounts={accounts} glances={glances} />
      </div>
      {isOpen && (
        <div
          className="picker-list"
          role="listbox"
          id={listId}
          ref={list}
          aria-label="Customers, worst first"
        >
          {found.map((account, index) => (
            <Option
              key={account.key}
              id={`${listId}-${account.key}`}
              account={account}
              glance={glances[account.key]}
              isActive={index === active}
              isChosen={account === chosen}
              onChoose={() => choose(account)}
            />
          ))}
          {found.length === 0 && <p>No customer is called “{search}”.</p>}
        </div>
      )}
    </div>
  );
}

interface OptionProps {
  id: string;
  account: DemoAccount;
  glance: Glance | undefined;
  isActive: boolean;
  isChosen: boolean;
  onChoose(): void;
}

function Option({ id, account, glance, isActive, isChosen, onChoose }: OptionProps): ReactNode {
  return (
    // The field keeps the focus and has the keys; a pointer presses here.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      className={isActive ? "is-active" : ""}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      <ScoreBadge healthScore={glance?.healthScore ?? null} band={glance?.band ?? null} />
      <span>{account.name}</span>
      {glance?.isAtRisk && <em>at risk</em>}
      {glance?.matchDoubt && <i>match to confirm</i>}
      <small>{account.story}</small>
    </div>
  );
}

function BandCounts({ accounts, glances }: Pick<AccountPickerProps, "accounts" | "glances">): ReactNode {
  const counts = { red: 0, yellow: 0, green: 0, none: 0 };
  for (const { key } of accounts) counts[glances[key]?.band ?? "none"] += 1;
  const words = { red: "red", yellow: "yellow", green: "green", none: "without a score" };
  return (
    <ul className="band-counts" aria-label="The book by band">
      {(["red", "yellow", "green", "none"] as const).map((band) => (
        <li key={band} className={`is-${band}`}>
          <b>{counts[band]}</b> {words[band]}
        </li>
      ))}
    </ul>
  );
}

/** Worst first; those without a score at the end, by name. */
const sorted = (
  accounts: readonly DemoAccount[],
  glances: Readonly<Record<string, Glance>>,
): DemoAccount[] => {
  const scoreOf = ({ key }: DemoAccount) => glances[key]?.healthScore ?? 101;
  return accounts.toSorted((a, b) => scoreOf(a) - scoreOf(b) || a.name.localeCompare(b.name));
};

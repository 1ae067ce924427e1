import { type KeyboardEvent, type ReactNode, useRef } from "react";

export type PageTab = "hubspot" | "zendesk" | "activity";

interface TabBarProps {
  selected: PageTab;
  isNarrow: boolean;
  writeCount: number;
  onSelect(tab: PageTab): void;
}

/** The server keeps no more. */
const MOST_COUNTED = 200;

export function TabBar({ selected, isNarrow, writeCount, onSelect }: TabBarProps): ReactNode {
  const bar = useRef<HTMLDivElement>(null);
  const tabs: [PageTab, string][] = [
    ["hubspot", isNarrow ? "HubSpot" : "HubSpot company record"],
    ["zendesk", isNarrow ? "Zendesk" : "Zendesk ticket"],
    ...(isNarrow
      ? [
          [
            "activity",
            `Write-backs (${writeCount < MOST_COUNTED ? writeCount : `${MOST_COUNTED}+`})`,
          ] satisfies [PageTab, string],
        ]
      : []),
  ];
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const from = tabs.findIndex(([tab]) => tab === selected);
    const next = by && tabs[(from + by + tabs.length) % tabs.length]?.[0];
    if (!next) return;
    onSelect(next);
    bar.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div ref={bar} className="tab-bar" role="tablist" aria-label="Platform" onKeyDown={move}>
      {tabs.map(([tab, label]) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-controls={`panel-${tab}`}
          aria-selected={tab === selected}
          tabIndex={tab === selected ? 0 : -1}
          onClick={() => onSelect(tab)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

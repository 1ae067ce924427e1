import {
  createContext,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useContext,
  useId,
  useLayoutEffect,
  useMemo,
  useState,
} from "react";

type TabId = string | number;
interface KnownTab {
  key: string;
  tabId: TabId | undefined;
  title: string;
}
interface TabsApi {
  selectedKey: string | null;
  add(tab: KnownTab): () => void;
}
const TabsContext = createContext<TabsApi>({ selectedKey: null, add: () => () => undefined });

interface TabsProps {
  children?: ReactNode;
  defaultSelected?: TabId;
  selected?: TabId;
  onSelectedChange?: (selected: TabId) => void;
}

/** The tabs come from the worker one by one and make themselves known, in order; without ids they count from 0. */
const Tabs = ({ children, defaultSelected, selected, onSelectedChange }: TabsProps) => {
  const [tabs, setTabs] = useState<readonly KnownTab[]>([]);
  const [chosen, setChosen] = useState(defaultSelected);
  const add = useCallback((tab: KnownTab) => {
    setTabs((known) => [...known, tab]);
    return () => setTabs((known) => known.filter(({ key }) => key !== tab.key));
  }, []);
  const wanted = selected ?? chosen;
  const current = tabs.find((tab, index) => (tab.tabId ?? index) === wanted) ?? tabs[0];
  const api = useMemo(() => ({ selectedKey: current?.key ?? null, add }), [current?.key, add]);
  const choose = (index: number) => {
    const tab = tabs[index];
    if (!tab) return;
    setChosen(tab.tabId ?? index);
    onSelectedChange?.(tab.tabId ?? index);
  };
  const step = (event: KeyboardEvent, index: number) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) choose((index + by + tabs.length) % tabs.length);
  };
  return (
    <TabsContext.Provider value={api}>
      <div className="hs-tabs" role="tablist">
        {tabs.map((tab, index) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            aria-selected={tab === current}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => choose(index)}
            onKeyDown={(event) => step(event, index)}
          >
            {tab.title}
          </button>
        ))}
      </div>
      {children}
    </TabsContext.Provider>
  );
};

const Tab = ({ tabId, title = "", children }: { tabId?: TabId; title?: string; children?: ReactNode }) => {
  const key = useId();
  const { selectedKey, add } = useContext(TabsContext);
  useLayoutEffect(() => add({ key, tabId, title }), [key, tabId, title, add]);
  return (
    <div role="tabpanel" aria-label={title} hidden={selectedKey !== key}>
      {children}
    </div>
  );
};

export const tabStandIns = { Tabs, Tab };

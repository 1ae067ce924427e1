import { useSyncExternalStore } from "react";

/** Below this the columns stand behind tabs; the style sheets use the same width. */
const query = window.matchMedia("(max-width: 900px)");

export const useIsNarrow = (): boolean =>
  useSyncExternalStore(
    (onChange) => {
      query.addEventListener("change", onChange);
      return () => query.removeEventListener("change", onChange);
    },
    () => query.matches,
  );

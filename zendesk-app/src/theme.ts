import { DEFAULT_THEME, getColor, type IGardenTheme } from "@zendeskgarden/react-theming";
import { useEffect, useMemo, useState } from "react";
import { createGlobalStyle } from "styled-components";
import type { ZafClient } from "./zaf/zaf-client.ts";

type ColorScheme = "light" | "dark";
const readScheme = (value: unknown): ColorScheme | null =>
  value === "light" || value === "dark" ? value : null;

/** Zendesk names the agent's scheme in the frame's address, and tells the client when it changes. */
export function useGardenTheme(client: ZafClient | null): IGardenTheme {
  const [base, setBase] = useState<ColorScheme>(
    () => readScheme(new URLSearchParams(window.location.search).get("colorScheme")) ?? "light",
  );
  useEffect(() => {
    if (!client) return;
    const change = (message: unknown) => setBase((current) => readScheme(message) ?? current);
    client.on("colorScheme.changed", change);
    return () => client.off("colorScheme.changed", change);
  }, [client]);
  return useMemo(() => ({ ...DEFAULT_THEME, colors: { ...DEFAULT_THEME.colors, base } }), [base]);
}

/** Colours and type of the page itself; the frame is transparent, so both are set. */
export const PageStyle = createGlobalStyle`
  html { color-scheme: ${({ theme }) => theme.colors.base}; }
  body {
    margin: 0;
    background: ${({ theme }) => getColor({ theme, variable: "background.default" })};
    color: ${({ theme }) => getColor({ theme, variable: "foreground.default" })};
    font-family: ${({ theme }) => theme.fonts.system};
    font-size: ${({ theme }) => theme.fontSizes.md};
    overflow-wrap: anywhere;
  }
`;

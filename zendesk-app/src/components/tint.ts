import { getColor } from "@zendeskgarden/react-theming";
import type { DefaultTheme } from "styled-components";

interface Themed {
  theme: DefaultTheme;
}

export const subtle = ({ theme }: Themed): string => getColor({ theme, variable: "foreground.subtle" });
export const recessed = ({ theme }: Themed): string => getColor({ theme, variable: "background.subtle" });
export const line = ({ theme }: Themed): string => getColor({ theme, variable: "border.default" });
export const accent = ({ theme }: Themed): string => getColor({ theme, variable: "border.primaryEmphasis" });

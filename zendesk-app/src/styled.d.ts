import type { IGardenTheme } from "@zendeskgarden/react-theming";
import "styled-components";

declare module "styled-components" {
  /** Every component is drawn inside Garden's `ThemeProvider`. */
  export interface DefaultTheme extends IGardenTheme {}
}

import { getColor } from "@zendeskgarden/react-theming";
import { styled } from "styled-components";
import { Small } from "./layout.ts";

/** A labelled field; words and field stand under each other. */
export const Field = styled.label`
  display: block;
  margin-bottom: 8px;
  font-size: ${({ theme }) => theme.fontSizes.sm};
  line-height: 18px;

  & > input,
  & > select,
  & > textarea {
    display: block;
    box-sizing: border-box;
    width: 100%;
    margin-top: 2px;
    padding: 4px 8px;
    border: 1px solid ${({ theme }) => getColor({ theme, variable: "border.emphasis" })};
    border-radius: ${({ theme }) => theme.borderRadii.md};
    background: ${({ theme }) => getColor({ theme, variable: "background.default" })};
    color: ${({ theme }) => getColor({ theme, variable: "foreground.default" })};
    font: inherit;
  }
  & > textarea {
    resize: vertical;
  }
  & > [aria-invalid="true"] {
    border-color: ${({ theme }) => getColor({ theme, variable: "border.dangerEmphasis" })};
  }
`;

/** What is wrong with a field, or with what was sent. */
export const Trouble = styled(Small)`
  color: ${({ theme }) => getColor({ theme, variable: "foreground.danger" })};
`;

import { Button } from "@zendeskgarden/react-buttons";
import { styled } from "styled-components";
import { subtle } from "./tint.ts";

/** Room around everything in the frame. */
export const Panel = styled.div`
  padding: 6px 12px 8px;
`;

export const Row = styled.div`
  display: flex;
  align-items: center;
  gap: 6px;
  min-width: 0;
`;

export const Small = styled.div`
  font-size: ${({ theme }) => theme.fontSizes.sm};
  line-height: 16px;
`;

export const Strong = styled.strong`
  font-weight: ${({ theme }) => theme.fontWeights.semibold};
`;

/** A button that looks like a link and is as small as the text around it. */
export const SmallLink = styled(Button).attrs({ isLink: true })`
  &&& {
    font-size: ${({ theme }) => theme.fontSizes.sm};
    line-height: 20px;
  }
`;

/** Small grey text beside the main thing. */
export const Subtle = styled(Small)`
  color: ${subtle};
`;

/** At most so many lines (`null` = all); the whole sentence is in the title. */
export const Clamped = styled(Small)<{ $lines: number | null }>`
  ${({ $lines }) =>
    $lines === null
      ? ""
      : `display: -webkit-box; -webkit-box-orient: vertical; overflow: hidden; -webkit-line-clamp: ${$lines};`}
`;

export const List = styled.ul`
  list-style: none;
  margin: 0;
  padding: 0;
`;

/** Read out, not shown. */
export const Unseen = styled.span`
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
`;

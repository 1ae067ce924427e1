import type { ReactNode } from "react";
import { styled } from "styled-components";
import { Small, Subtle } from "./layout.ts";

const Line = styled.li`
  display: grid;
  grid-template-columns: 1fr auto;
  gap: 8px;
  padding: 2px 0;
`;

/** Words on the left, their points on the right. */
export function PointRow({ points, children }: { points: string; children: ReactNode }) {
  return (
    <Line>
      <Small>{children}</Small>
      <Subtle>{points}</Subtle>
    </Line>
  );
}

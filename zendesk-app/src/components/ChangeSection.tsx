import type { AccountHealthView } from "@bellwether/shared";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { List, Small, Subtle } from "./layout.ts";
import { PointRow } from "./PointRow.tsx";

/** What moved the score since about a week ago. */
export function ChangeSection({ changes }: { changes: AccountHealthView["changes"] }) {
  if (!changes) return <Small>{translate("no_earlier_score")}</Small>;
  const date = formats.day(changes.since);
  if (changes.items.length === 0) return <Small>{translate("nothing_changed", { date })}</Small>;
  return (
    <>
      <Subtle>{translate("changes_since", { points: formats.signed(changes.points), date })}</Subtle>
      <List>
        {changes.items.map((item) => (
          <PointRow key={item.measure} points={formats.signed(item.points)}>
            {item.sentence}
          </PointRow>
        ))}
      </List>
    </>
  );
}

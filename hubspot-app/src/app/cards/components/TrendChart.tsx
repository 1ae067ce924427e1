import type { AccountHealthView } from "@bellwether/shared";
import { Flex, LineChart, Text } from "@hubspot/ui-extensions";
import { gapSentences, SCORE_COLOUR, trendRows } from "../trend-rows.ts";

interface Props {
  view: AccountHealthView;
  timeZone: string;
}

/** The score over time; a single point is no line. Days without enough data are gaps, not zeros. */
export function TrendChart({ view, timeZone }: Props) {
  const { rows, colours } = trendRows(view, timeZone);
  if (rows.length < 2) return null;
  const isOneLine = Object.keys(colours).length === 1;
  return (
    <Flex direction="column" gap="extra-small">
      <LineChart
        data={rows}
        axes={{
          x: { field: "at", fieldType: "datetime", label: "Date" },
          y: { field: "score", fieldType: "linear", label: "Health score" },
          ...(!isOneLine && { options: { groupFieldByColor: "line", colors: colours } }),
        }}
        options={{
          title: "Health score over time",
          showTooltips: true,
          showLegend: !isOneLine,
          ...(isOneLine && { colorList: [SCORE_COLOUR] }),
        }}
      />
      {gapSentences(view, timeZone).map((sentence) => (
        <Text key={sentence} variant="microcopy">
          {sentence}
        </Text>
      ))}
    </Flex>
  );
}

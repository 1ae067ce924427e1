import type { AccountHealthView, Contribution } from "@bellwether/shared";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text } from "@hubspot/ui-extensions";
import { points } from "../text.ts";
import { EvidenceLinks } from "./EvidenceLinks.tsx";

/** How the score adds up, signal by signal, so that anyone can check it. */
export function ScoreTable({ view }: { view: AccountHealthView }) {
  return (
    <Table bordered flush density="condensed">
      <TableHead>
        <TableRow>
          <TableHeader>Signal</TableHeader>
          <TableHeader>What was seen</TableHeader>
          <TableHeader align="right">Points</TableHeader>
        </TableRow>
      </TableHead>
      <TableBody>
        {view.dimensions.map((dimension) => (
          <DimensionRows key={dimension.dimension} dimension={dimension} contributions={view.contributions} />
        ))}
        <TotalRow view={view} />
      </TableBody>
    </Table>
  );
}

type Dimension = AccountHealthView["dimensions"][number];

function DimensionRows({
  dimension,
  contributions,
}: {
  dimension: Dimension;
  contributions: readonly Contribution[];
}) {
  return (
    <>
      <TableRow>
        <TableCell colSpan={2}>
          <Text format={{ fontWeight: "bold" }}>{dimension.label}</Text>
        </TableCell>
        <TableCell align="right">
          <Text format={{ fontWeight: "bold" }}>{dimensionSentence(dimension)}</Text>
        </TableCell>
      </TableRow>
      {contributions
        .filter((contribution) => contribution.dimension === dimension.dimension)
        .map((contribution) => (
          <TableRow key={contribution.measure}>
            <TableCell>{contribution.label}</TableCell>
            <TableCell>
              {contribution.sentence}
              <EvidenceLinks evidence={contribution.evidence} />
            </TableCell>
            <TableCell align="right">{pointsSentence(contribution)}</TableCell>
          </TableRow>
        ))}
    </>
  );
}

/** Only where the rows shown do add up to it: some readers do not see all of them. */
function TotalRow({ view }: { view: AccountHealthView }) {
  const sum = view.contributions.reduce((total, contribution) => total + contribution.points, 0);
  if (view.calculatedScore === null || Math.abs(sum - view.calculatedScore) > 0.05) return null;
  return (
    <TableRow>
      <TableCell colSpan={2}>
        <Text format={{ fontWeight: "bold" }}>Sum of the signals</Text>
      </TableCell>
      <TableCell align="right">
        <Text format={{ fontWeight: "bold" }}>{points(view.calculatedScore)}</Text>
      </TableCell>
    </TableRow>
  );
}

function dimensionSentence({ state, score, effectiveWeight }: Dimension): string {
  if (state === "not_applicable") return "does not apply yet";
  if (score === null) return "not known";
  return `${points(score)} of 100, counts ${points(effectiveWeight)}%`;
}

function pointsSentence({ state, points: gained, maxPoints }: Contribution): string {
  if (state === "missing") return "not known";
  if (state === "not_applicable") return "does not apply";
  return `${points(gained)} of ${points(maxPoints)}${state === "stale" ? ", out of date" : ""}`;
}

import { createController } from "@remote-ui/react/host";
import type { ReactNode } from "react";
import { chartStandIns } from "./stand-ins/charts.tsx";
import { controlStandIns } from "./stand-ins/controls.tsx";
import { feedbackStandIns } from "./stand-ins/feedback.tsx";
import { inputStandIns } from "./stand-ins/inputs.tsx";
import { layoutStandIns } from "./stand-ins/layout.tsx";
import { listStandIns } from "./stand-ins/lists.tsx";
import { overlayStandIns } from "./stand-ins/overlay.tsx";
import { statisticStandIns } from "./stand-ins/statistics.tsx";
import { tabStandIns } from "./stand-ins/tabs.tsx";
import { textStandIns } from "./stand-ins/text.tsx";

const STAND_INS = {
  ...layoutStandIns,
  ...textStandIns,
  ...controlStandIns,
  ...inputStandIns,
  ...feedbackStandIns,
  ...listStandIns,
  ...statisticStandIns,
  ...chartStandIns,
  ...overlayStandIns,
  ...tabStandIns,
};

const isKnown = (type: string): boolean => Object.hasOwn(STAND_INS, type);

/** A component that has no stand-in is named on the page, so that nobody takes the gap for the card's fault. */
const UnknownComponent = ({ type, children }: { type: string; children?: ReactNode }) => (
  <div className="hs-unknown" data-component={type}>
    <small>No stand-in for HubSpot's “{type}”</small>
    {children}
  </div>
);
const ChildrenOnly = ({ children }: { children?: ReactNode }) => children;

const known = createController(STAND_INS, {
  renderComponent: ({ component }, { renderDefault }) =>
    isKnown(component.type) ? (
      renderDefault()
    ) : (
      <UnknownComponent key={component.id} type={component.type}>
        {renderDefault()}
      </UnknownComponent>
    ),
});

export const controller: ReturnType<typeof createController> = {
  ...known,
  get: (type) => (isKnown(type) ? known.get(type) : ChildrenOnly),
};

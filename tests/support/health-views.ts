import type { AccountHealthView } from "@bellwether/shared";
import {
  bandSetView,
  correctedAgentView,
  correctedView,
  longTextsView,
  lostView,
  noWayUpView,
  pointsAddedView,
} from "./health-views-corrected.ts";
import {
  agentView,
  atRiskView,
  healthyView,
  newCustomerView,
  notEnoughDataView,
  pendingView,
} from "./health-views-usual.ts";

/*
 * Examples of the view that the HubSpot card and the Zendesk sidebar show, one per situation, consistent in
 * themselves: contributions add up to the calculated score, changes to their total. Times are fixed.
 */

export {
  bandSetView,
  calmExplanation,
  correctedAgentView,
  correctedView,
  explanation,
  longTextsView,
  lostView,
  noWayUpView,
  OWN_CORRECTION,
  pointsAddedView,
  unscoredExplanation,
  viewOfAnEarlierServer,
} from "./health-views-corrected.ts";
export {
  agentView,
  atRiskView,
  healthyView,
  newCustomerView,
  notEnoughDataView,
  pendingView,
} from "./health-views-usual.ts";

export const HEALTH_VIEWS = {
  healthy: healthyView,
  atRisk: atRiskView,
  newCustomer: newCustomerView,
  notEnoughData: notEnoughDataView,
  pending: pendingView,
  agent: agentView,
  corrected: correctedView,
  bandSet: bandSetView,
  pointsAdded: pointsAddedView,
  lost: lostView,
  noWayUp: noWayUpView,
  longTexts: longTextsView,
  correctedAgent: correctedAgentView,
} as const satisfies Record<string, AccountHealthView>;

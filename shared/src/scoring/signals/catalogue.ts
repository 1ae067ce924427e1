import * as adoption from "./adoption.ts";
import * as contract from "./contract.ts";
import * as engagement from "./engagement.ts";
import * as growth from "./growth.ts";
import * as outcomes from "./outcomes.ts";
import * as relationship from "./relationship.ts";
import type { SignalDefinition, SignalKey } from "./signal.ts";
import * as stakeholders from "./stakeholders.ts";
import * as support from "./support.ts";
import * as surveys from "./surveys.ts";
import * as quality from "./ticket-quality.ts";

/** Every signal that HubSpot and Zendesk alone can feed, by name. */
export const SIGNALS: Readonly<Record<SignalKey, SignalDefinition>> = {
  login_frequency: engagement.loginFrequency,
  active_user_trend: engagement.activeUserTrend,
  days_since_contact: engagement.daysSinceContact,
  contacts_engaged: engagement.contactsEngaged,
  champion: stakeholders.champion,
  next_activity: engagement.nextActivity,
  seats_used: adoption.seatsUsed,
  features_activated: adoption.featuresActivated,
  depth_of_use: adoption.depthOfUse,
  onboarding: adoption.onboarding,
  nps: surveys.nps,
  csat: surveys.csat,
  ticket_rate: support.ticketRate,
  ticket_trend: support.ticketTrend,
  urgent_open: support.urgentOpen,
  oldest_open_ticket: support.oldestOpenTicket,
  reopen_rate: support.reopenRate,
  first_reply: support.firstReply,
  open_expansion: growth.openExpansion,
  won_expansion: growth.wonExpansion,
  seat_growth: growth.seatGrowth,
  referrals: growth.referrals,
  reference: growth.reference,
  active_days: adoption.activeDays,
  last_seen: outcomes.lastSeen,
  milestones: outcomes.milestones,
  training: outcomes.training,
  resolution_time: quality.resolutionTime,
  ticket_sentiment: quality.ticketSentiment,
  negative_feedback: surveys.negativeFeedback,
  two_way_mail: relationship.twoWayMail,
  meetings: relationship.meetings,
  csm_judgement: relationship.csmJudgement,
  sponsor: stakeholders.sponsor,
  champion_change: stakeholders.championChange,
  contact_bounces: stakeholders.contactBounces,
  renewal_prepared: contract.renewalPrepared,
  contract_status: contract.contractStatus,
  payment_risk: contract.paymentRisk,
  goal_progress: outcomes.goalProgress,
  objectives_agreed: outcomes.objectivesAgreed,
  executive_review: outcomes.executiveReview,
};

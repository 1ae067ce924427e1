import * as adoption from "./adoption.ts";
import * as engagement from "./engagement.ts";
import * as growth from "./growth.ts";
import type { SignalDefinition, SignalKey } from "./signal.ts";
import * as support from "./support.ts";
import * as surveys from "./surveys.ts";

/** Every signal that HubSpot and Zendesk alone can feed, by name. */
export const SIGNALS: Readonly<Record<SignalKey, SignalDefinition>> = {
  login_frequency: engagement.loginFrequency,
  active_user_trend: engagement.activeUserTrend,
  days_since_contact: engagement.daysSinceContact,
  contacts_engaged: engagement.contactsEngaged,
  champion: engagement.champion,
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
};

/** What the page hands to the worker that runs a card. */
export interface CardRun {
  bundleUrl: string;
  /** Stands for HubSpot's backend, which forwards `hubspot.fetch`. */
  backendUrl: string;
  context: CardContext;
}

export interface CardContext {
  location: "crm.record.tab" | "crm.record.sidebar";
  user: { id: number; email: string; emails: string[]; firstName: string; lastName: string } & Record<
    string,
    unknown
  >;
  portal: { id: number; timezone: string };
  crm: { objectId: number; objectTypeId: string };
  extension: { appId: string; appName: string; cardTitle: string };
  variables: Record<string, string>;
}

export interface AlertMessage {
  type?: string;
  title?: string;
  message: string;
}

type Properties = Record<string, string>;

/** The actions of a record page that a card may call; all of them are answered by the page. */
export interface HostActions {
  addAlert(alert: AlertMessage): void | Promise<void>;
  reloadPage(): void | Promise<void>;
  refreshObjectProperties(): void | Promise<void>;
  fetchCrmObjectProperties(names: string[] | "*"): Promise<Properties>;
  onCrmPropertiesUpdate(
    names: string[] | "*",
    callback: (properties: Properties) => void,
  ): void | Promise<void>;
  copyTextToClipboard(text: string): Promise<void>;
  closeOverlay(id: string): void | Promise<void>;
  openIframeModal(modal: { uri: string; title?: string }): void | Promise<void>;
  navigateToPage(target: { to: string }): void | Promise<void>;
  /** The card's `logger`. */
  log(text: string): void | Promise<void>;
}

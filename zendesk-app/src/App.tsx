import { ThemeProvider } from "@zendeskgarden/react-theming";
import { useState } from "react";
import { ContentFrame } from "./components/ContentFrame.tsx";
import { Notice } from "./components/Notice.tsx";
import { SummarySkeleton } from "./components/SummarySkeleton.tsx";
import { OrganizationSidebar } from "./locations/OrganizationSidebar.tsx";
import { TicketSidebar } from "./locations/TicketSidebar.tsx";
import { UserSidebar } from "./locations/UserSidebar.tsx";
import { PageStyle, useGardenTheme } from "./theme.ts";
import { translate } from "./translate.ts";
import { type ConnectedZaf, ZafClientProvider } from "./ZafClientProvider.tsx";
import type { ZafClient } from "./zaf/zaf-client.ts";

/** One page for all places: Zendesk says in the context where it stands. */
export function App() {
  const [client, setClient] = useState<ZafClient | null>(null);
  const theme = useGardenTheme(client);
  return (
    <ThemeProvider theme={theme}>
      <PageStyle />
      <ContentFrame client={client}>
        <ZafClientProvider
          onConnected={setClient}
          waiting={<SummarySkeleton />}
          failed={(failure) => <Notice title={translate("failed")}>{translate(`failed_${failure}`)}</Notice>}
        >
          {(zaf) => <Sidebar zaf={zaf} />}
        </ZafClientProvider>
      </ContentFrame>
    </ThemeProvider>
  );
}

function Sidebar({ zaf }: { zaf: ConnectedZaf }) {
  switch (zaf.registration.context.location) {
    case "ticket_sidebar":
      return <TicketSidebar />;
    case "user_sidebar":
      return <UserSidebar />;
    case "organization_sidebar":
      return <OrganizationSidebar />;
    default:
      return <Notice title={translate("failed")}>{translate("failed_location")}</Notice>;
  }
}

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { connectToZendesk, type ZafConnection } from "./zaf/connect.ts";
import type { ZafClient, ZafRegistration } from "./zaf/zaf-client.ts";

export interface ConnectedZaf {
  client: ZafClient;
  registration: ZafRegistration;
}

const ZafContext = createContext<ConnectedZaf | null>(null);

/** @throws {Error} outside of a `ZafClientProvider` */
export function useZafClient(): ConnectedZaf {
  const zaf = useContext(ZafContext);
  if (!zaf) throw new Error("useZafClient needs a ZafClientProvider around it");
  return zaf;
}

export interface ZafClientProviderProps {
  /** Shown until Zendesk has registered the app. */
  waiting: ReactNode;
  /** Shown when it does not. */
  failed: (failure: Extract<ZafConnection, { kind: "failed" }>["failure"]) => ReactNode;
  /** For those above the provider who need the client too. */
  onConnected: (client: ZafClient) => void;
  children: (zaf: ConnectedZaf) => ReactNode;
}

/** Waits for `app.registered` and gives the client to its children. */
export function ZafClientProvider({ waiting, failed, onConnected, children }: ZafClientProviderProps) {
  const [connection, setConnection] = useState<ZafConnection | null>(null);
  useEffect(() => {
    let isWanted = true;
    void connectToZendesk(window.ZAFClient).then((made) => {
      if (!isWanted) return;
      setConnection(made);
      if (made.kind === "connected") onConnected(made.client);
    });
    return () => {
      isWanted = false;
    };
  }, [onConnected]);
  if (!connection) return waiting;
  if (connection.kind === "failed") return failed(connection.failure);
  return <ZafContext.Provider value={connection}>{children(connection)}</ZafContext.Provider>;
}

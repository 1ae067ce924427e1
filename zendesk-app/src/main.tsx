import "@zendeskgarden/css-bedrock/dist/index.css";
import { createRoot } from "react-dom/client";
import { z } from "zod";
import { App } from "./App.tsx";

// Zendesk serves apps under a content security policy: no code is to be made at run time, not even on trial.
z.config({ jitless: true });

const root = document.getElementById("root");
if (!root) throw new Error("the page has no element with the id root");
createRoot(root).render(<App />);

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";

interface Overlays {
  /** Closes the overlay that is open in this card, whatever its id: HubSpot shows one at a time. */
  close(): void;
  /** Counts closings, so that an open button sees one. */
  closings: number;
}
const OverlayContext = createContext<Overlays>({ close: () => undefined, closings: 0 });

export function OverlayProvider({ children }: { children: ReactNode }): ReactNode {
  const [closings, setClosings] = useState(0);
  const api = useMemo(() => ({ close: () => setClosings((count) => count + 1), closings }), [closings]);
  return <OverlayContext.Provider value={api}>{children}</OverlayContext.Provider>;
}

/** For components with HubSpot's `overlay` property: a Modal or a Panel that opens on a click. */
export function useOverlay(overlay: ReactNode): { open(): void; element: ReactNode } {
  const [isOpen, setOpen] = useState(false);
  const { closings } = useContext(OverlayContext);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a further closing is what closes
  useEffect(() => setOpen(false), [closings]);
  return { open: () => setOpen(Boolean(overlay)), element: isOpen ? overlay : null };
}

interface OverlayProps {
  title?: string;
  children?: ReactNode;
}

function Dialog({ title = "", children, kind }: OverlayProps & { kind: "modal" | "panel" }): ReactNode {
  const { close } = useContext(OverlayContext);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={`hs-dialog is-${kind}`} aria-label={title} onClose={close}>
      <header>
        <strong>{title}</strong>
        <button type="button" aria-label="Close" onClick={close}>
          ×
        </button>
      </header>
      {children}
    </dialog>
  );
}

const Body = ({ children }: OverlayProps) => <div className="hs-dialog-body">{children}</div>;
const Footer = ({ children }: OverlayProps) => <footer className="hs-dialog-footer">{children}</footer>;

export const overlayStandIns = {
  Modal: (props: OverlayProps) => <Dialog {...props} kind="modal" />,
  ModalBody: Body,
  ModalFooter: Footer,
  Panel: (props: OverlayProps) => <Dialog {...props} kind="panel" />,
  PanelBody: Body,
  PanelFooter: Footer,
  PanelSection: ({ children }: OverlayProps) => <section className="hs-panel-section">{children}</section>,
};

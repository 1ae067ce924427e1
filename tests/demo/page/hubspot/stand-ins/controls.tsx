import { type ReactNode, useId, useState } from "react";
import { useOverlay } from "./overlay.tsx";

interface WithChildren {
  children?: ReactNode;
}
type Press = (event: { type: string; id: string; bubbles: boolean; timeStamp: number }) => void;
type Href = string | { url: string; external?: boolean };

const pressed = { type: "click", id: "", bubbles: true, timeStamp: 0 };

interface ButtonProps extends WithChildren {
  onClick?: Press;
  href?: Href;
  disabled?: boolean;
  loading?: boolean;
  variant?: "primary" | "secondary" | "destructive" | "transparent";
  size?: string;
  type?: "button" | "reset" | "submit";
  overlay?: ReactNode;
}
const Button = (props: ButtonProps) => {
  const { variant = "secondary", size = "medium" } = props;
  const overlay = useOverlay(props.overlay);
  const className = `hs-button is-${variant} is-${size}`;
  if (props.href) return <Link {...props} href={props.href} className={className} />;
  return (
    <>
      <button
        className={className}
        type="button"
        disabled={props.disabled === true || props.loading === true}
        onClick={() => {
          props.onClick?.(pressed);
          overlay.open();
        }}
      >
        {props.loading && <span className="hs-spinner-ring" aria-hidden="true" />}
        {props.children}
      </button>
      {overlay.element}
    </>
  );
};

interface LinkProps extends WithChildren {
  href: Href;
  onClick?: Press;
  className?: string;
}
const Link = ({ href, onClick, className = "hs-link", children }: LinkProps) => {
  const url = typeof href === "string" ? href : href.url;
  return (
    <a className={className} href={url} target="_blank" rel="noreferrer" onClick={() => onClick?.(pressed)}>
      {children}
    </a>
  );
};

const ButtonRow = ({ children }: WithChildren) => <div className="hs-button-row">{children}</div>;

interface AccordionProps extends WithChildren {
  title: string;
  defaultOpen?: boolean;
  open?: boolean;
  disabled?: boolean;
  size?: string;
  onClick?: () => void;
}
const Accordion = ({
  title,
  defaultOpen = false,
  open,
  disabled = false,
  onClick,
  children,
}: AccordionProps) => {
  const [isOpen, setOpen] = useState(defaultOpen);
  const id = useId();
  const shown = open ?? isOpen;
  return (
    <div className="hs-accordion">
      <button
        type="button"
        aria-expanded={shown}
        aria-controls={id}
        disabled={disabled}
        onClick={() => {
          setOpen(!shown);
          onClick?.();
        }}
      >
        <span className="hs-accordion-sign" aria-hidden="true">
          ›
        </span>
        {title}
      </button>
      <div id={id} hidden={!shown} className="hs-accordion-body">
        {children}
      </div>
    </div>
  );
};

export const controlStandIns = {
  Button,
  LoadingButton: Button,
  Link,
  ButtonRow,
  Accordion,
};

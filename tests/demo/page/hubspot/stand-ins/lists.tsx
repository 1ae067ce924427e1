import { Children, type ReactNode } from "react";

interface WithChildren {
  children?: ReactNode;
}

const List = ({ variant = "unordered", children }: WithChildren & { variant?: string }) => {
  const Element = variant.startsWith("ordered") ? "ol" : "ul";
  return (
    <Element className={`hs-list is-${variant}`}>
      {Children.map(children, (child) => (
        <li>{child}</li>
      ))}
    </Element>
  );
};

const DescriptionList = ({
  direction = "column",
  children,
}: WithChildren & { direction?: "row" | "column" }) => (
  <dl className={`hs-descriptions is-${direction}`}>{children}</dl>
);
const DescriptionListItem = ({ label, children }: WithChildren & { label: string }) => (
  <div>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);

interface TableProps extends WithChildren {
  bordered?: boolean;
  flush?: boolean;
  density?: "default" | "condensed" | "compact";
}
const Table = ({ bordered = true, flush = false, density = "default", children }: TableProps) => (
  <div className="hs-table-frame">
    <table className={`hs-table is-${density}${bordered ? " is-bordered" : ""}${flush ? " is-flush" : ""}`}>
      {children}
    </table>
  </div>
);

interface CellProps extends WithChildren {
  align?: "left" | "center" | "right";
  width?: "min" | "max" | "auto" | number;
  colSpan?: number;
}
const cellStyle = ({ align = "left", width = "auto" }: CellProps) => ({
  textAlign: align,
  width: width === "min" ? "1%" : width === "max" ? "100%" : width,
});
const TableHeader = (props: CellProps) => (
  <th scope="col" style={cellStyle(props)}>
    {props.children}
  </th>
);
const TableCell = (props: CellProps) => (
  <td style={cellStyle(props)} {...(props.colSpan !== undefined && { colSpan: props.colSpan })}>
    {props.children}
  </td>
);

export const listStandIns = {
  List,
  DescriptionList,
  DescriptionListItem,
  Table,
  TableHead: ({ children }: WithChildren) => <thead>{children}</thead>,
  TableBody: ({ children }: WithChildren) => <tbody>{children}</tbody>,
  TableFooter: ({ children }: WithChildren) => <tfoot>{children}</tfoot>,
  TableRow: ({ children }: WithChildren) => <tr>{children}</tr>,
  TableHeader,
  TableCell,
};

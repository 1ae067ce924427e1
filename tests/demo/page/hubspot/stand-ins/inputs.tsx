import { type ReactNode, useEffect, useId, useState } from "react";

/** What HubSpot's inputs have in common. Like there, a value is told when the field loses the focus. */
interface FieldProps<Value> {
  label?: string;
  name?: string;
  value?: Value;
  required?: boolean;
  readOnly?: boolean;
  description?: string;
  placeholder?: string;
  error?: boolean;
  validationMessage?: string;
  onChange?: (value: Value) => void;
}

interface Labelled {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
}

const Field = ({
  props,
  children,
}: {
  props: Omit<FieldProps<unknown>, "onChange">;
  children: (labelled: Labelled) => ReactNode;
}) => {
  const id = useId();
  const { label, required, description, error, validationMessage } = props;
  const note = validationMessage ?? description;
  return (
    <div className={`hs-field${error ? " is-wrong" : ""}`}>
      <label htmlFor={id}>
        {label}
        {required && <span aria-hidden="true"> *</span>}
      </label>
      {children({
        id,
        ...(note && { "aria-describedby": `${id}-note` }),
        ...(error && { "aria-invalid": true }),
      })}
      {note && <small id={`${id}-note`}>{note}</small>}
    </div>
  );
};

/** The text in the field, which is the field's own until it is told. */
function useText(value: string): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return [text, setText];
}

const Input = (props: FieldProps<string> & { type?: "text" | "password" }) => {
  const [text, setText] = useText(props.value ?? "");
  return (
    <Field props={props}>
      {(labelled) => (
        <input
          {...labelled}
          type={props.type ?? "text"}
          name={props.name}
          value={text}
          placeholder={props.placeholder}
          readOnly={props.readOnly}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => props.onChange?.(text)}
        />
      )}
    </Field>
  );
};

const TextArea = (props: FieldProps<string> & { rows?: number; maxLength?: number }) => {
  const [text, setText] = useText(props.value ?? "");
  return (
    <Field props={props}>
      {(labelled) => (
        <textarea
          {...labelled}
          name={props.name}
          rows={props.rows ?? 2}
          maxLength={props.maxLength}
          required={props.required}
          value={text}
          placeholder={props.placeholder}
          readOnly={props.readOnly}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => props.onChange?.(text)}
        />
      )}
    </Field>
  );
};

const NumberInput = (props: FieldProps<number> & { min?: number; max?: number }) => {
  const [text, setText] = useText(String(props.value ?? ""));
  return (
    <Field props={props}>
      {(labelled) => (
        <input
          {...labelled}
          type="number"
          name={props.name}
          min={props.min}
          max={props.max}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => props.onChange?.(text === "" ? Number.NaN : Number(text))}
        />
      )}
    </Field>
  );
};

type Choice = string | number | boolean;
const Select = (props: FieldProps<Choice> & { options: { label: string; value: Choice }[] }) => (
  <Field props={props}>
    {(labelled) => (
      <select
        {...labelled}
        name={props.name}
        value={String(props.value ?? "")}
        disabled={props.readOnly}
        onChange={(event) => {
          const chosen = props.options.find(({ value }) => String(value) === event.target.value);
          if (chosen) props.onChange?.(chosen.value);
        }}
      >
        {props.options.map(({ label, value }) => (
          <option key={String(value)} value={String(value)}>
            {label}
          </option>
        ))}
      </select>
    )}
  </Field>
);

/** Months count from 0, as in HubSpot's own. */
interface CalendarDay {
  year: number;
  month: number;
  date: number;
}
const two = (part: number) => String(part).padStart(2, "0");
const isoDay = ({ year, month, date }: CalendarDay) => `${year}-${two(month + 1)}-${two(date)}`;

const DateInput = (props: FieldProps<CalendarDay> & { min?: CalendarDay; max?: CalendarDay }) => (
  <Field props={props}>
    {(labelled) => (
      <input
        {...labelled}
        type="date"
        name={props.name}
        value={props.value ? isoDay(props.value) : ""}
        min={props.min && isoDay(props.min)}
        max={props.max && isoDay(props.max)}
        onChange={({ target }) => {
          const [year, month, date] = target.value.split("-").map(Number);
          if (year && month && date) props.onChange?.({ year, month: month - 1, date });
        }}
      />
    )}
  </Field>
);

interface ToggleGroupProps {
  label: string;
  name: string;
  toggleType?: "checkboxList" | "radioButtonList";
  options: { label: string; value: string; readonly?: boolean }[];
  value?: string | string[];
  inline?: boolean;
  onChange?: (value: string | string[]) => void;
}
const ToggleGroup = ({
  label,
  name,
  toggleType,
  options,
  value = [],
  inline,
  onChange,
}: ToggleGroupProps) => {
  const group = useId();
  const isRadio = toggleType === "radioButtonList";
  const chosen = [value].flat();
  const toggled = (option: string): string[] =>
    chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option];
  return (
    <fieldset className={`hs-toggles${inline ? " is-inline" : ""}`}>
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type={isRadio ? "radio" : "checkbox"}
            name={`${name}${group}`}
            checked={chosen.includes(option.value)}
            disabled={option.readonly}
            onChange={() => onChange?.(isRadio ? option.value : toggled(option.value))}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
};

export const inputStandIns = {
  Input,
  TextArea,
  NumberInput,
  StepperInput: NumberInput,
  Select,
  DateInput,
  ToggleGroup,
};
